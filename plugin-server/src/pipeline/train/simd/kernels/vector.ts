// AssemblyScript. Four float32 at a time.

/** a·b + c; one rounding where the module is built with relaxed SIMD, two otherwise. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  const pairs = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/**
 * eˣ: x = n ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 6 for e^r, n added to the exponent.
 * Relative error below 3e-7; arguments are held within [-86, 88].
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const held = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-86)), f32x4.splat(88));
  // 1.5 · 2²³ is so large that adding it rounds to a whole number, which then stands in the lowest bits.
  const shifted = fma(held, f32x4.splat(1.4426950408889634), f32x4.splat(12582912));
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  let r = fma(n, f32x4.splat(-0.693359375), held); // ln 2 in two parts: n times the first is exact
  r = fma(n, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(0.001388888888888889); // 1 / 6!
  p = fma(p, r, f32x4.splat(0.008333333333333333));
  p = fma(p, r, f32x4.splat(0.041666666666666664));
  p = fma(p, r, f32x4.splat(0.16666666666666666));
  p = fma(p, r, f32x4.splat(0.5));
  p = fma(p, r, f32x4.splat(1));
  p = fma(p, r, f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** 1 / (1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}
