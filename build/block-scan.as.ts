// The catalogue scan in AssemblyScript, compiled by compile-wasm.ts. Not TypeScript: it has no project and no tests of its
// own; top-rows.test.ts compares what it computes with plain JavaScript, bit for bit.

const BLOCK: u32 = 16;

/** Sum of a vector's four lanes, for four vectors at once: lane k of the result is the sum of the k-th. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7)); // a02 b02 a13 b13
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/**
 * For each block of 16 rows the largest dot × unit + bias, in the definition's order and precision.
 *
 * @param blocks number of blocks; the table and the biases are filled up to whole blocks
 * @param stride bytes of a row, a multiple of 8; int8
 * @param query stride × int16
 * @param bias float32 by row
 * @param out float64 by block
 */
export function scan(blocks: u32, stride: u32, unit: f64, table: usize, query: usize, bias: usize, out: usize): void {
  const units = f64x2.splat(unit);
  const queryEnd = query + 2 * stride;
  for (const end = out + 8 * blocks; out < end; out += 8) {
    let most = f64x2.splat(-Infinity);
    for (let four: u32 = 0; four < BLOCK / 4; four++) {
      let a = i32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      for (let q = query; q < queryEnd; q += 16, table += 8) {
        const eight = v128.load(q);
        a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load_ext<i8>(table), eight));
        b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load_ext<i8>(table + stride), eight));
        c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load_ext<i8>(table + 2 * stride), eight));
        d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load_ext<i8>(table + 3 * stride), eight));
      }
      table += 3 * stride;
      const dots = sums(a, b, c, d);
      const low = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(dots), units), f64x2.promote_low_f32x4(v128.load64_zero(bias)));
      const high = f64x2.add(
        f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(dots, dots, 2, 3, 2, 3)), units), f64x2.promote_low_f32x4(v128.load64_zero(bias + 8)));
      most = f64x2.pmax(f64x2.pmax(most, low), high);
      bias += 16;
    }
    f64.store(out, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  }
}
