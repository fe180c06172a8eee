// The catalogue scan in AssemblyScript, compiled by compile-wasm.ts. Not TypeScript: it belongs to no project, and
// top-rows.test.ts compares what it computes with plain JavaScript, bit for bit.

/**
 * For each block of 16 rows the largest dot × unit + bias, in the definition's order and precision.
 *
 * The rows of a block lie interleaved by pairs of columns: columns 0 and 1 of row 0, of row 1, … of row 15, then columns 2
 * and 3. A product of eight bytes with a pair of the query, repeated, leaves the sums of four rows in four lanes, so that
 * nothing has to be added across lanes.
 *
 * @param blocks number of blocks; table and biases are filled up to whole blocks
 * @param query int16; an even number of columns
 * @param columnsEnd where the query ends; the 64 bytes from there on are scratch
 * @param bias float32 by row
 * @param out float64 by block
 */
export function scan(blocks: u32, unit: f64, table: usize, query: usize, columnsEnd: usize, bias: usize, out: usize): void {
  const units = f64x2.splat(unit);
  for (const end = out + 8 * blocks; out < end; out += 8) {
    let a = i32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let q = query; q < columnsEnd; q += 4, table += 32) {
      const pair = v128.load32_splat(q);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load_ext<i8>(table), pair));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load_ext<i8>(table, 8), pair));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load_ext<i8>(table, 16), pair));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load_ext<i8>(table, 24), pair));
    }
    v128.store(columnsEnd, a);
    v128.store(columnsEnd, b, 16);
    v128.store(columnsEnd, c, 32);
    v128.store(columnsEnd, d, 48);
    let most = f64x2.splat(-Infinity);
    for (let two = columnsEnd; two < columnsEnd + 64; two += 8, bias += 8) {
      const score = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(v128.load64_zero(two)), units), f64x2.promote_low_f32x4(v128.load64_zero(bias)));
      most = f64x2.pmax(most, score);
    }
    f64.store(out, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  }
}
