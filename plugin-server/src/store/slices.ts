/** Cuts a list into pieces of at most `size`, so that no single statement carries an unbounded number of rows. */
export function* slices<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
