/**
 * Dot product of an int8 query with the table's numbers from an offset on: a whole number below 2^24. Everything waits for
 * this loop, so it stands alone and tells the engine that it computes in 32-bit integers.
 */
export function dot(query: Int8Array, table: Int8Array, from: number): number {
  let sum = 0;
  for (let j = 0; j < query.length; j++) sum = (sum + Math.imul(query[j], table[from + j])) | 0;
  return sum;
}
