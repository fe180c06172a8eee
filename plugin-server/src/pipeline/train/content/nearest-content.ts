import type { ContentMatrix } from './content-matrix.ts';

/** A row and how alike it is: the cosine of the two rows' features. */
export interface Alike {
  readonly row: number;
  readonly cosine: number;
}

/** Finds, for one row after another, the rows most alike among some of them. */
export function createNearest(matrix: ContentMatrix, among: Int32Array): (row: number, count: number) => Alike[] {
  const { columns, start, column, value } = matrix;
  const length = (row: number) => {
    let squares = 0;
    for (let at = start[row]; at < start[row + 1]; at++) squares += value[at] ** 2;
    return Math.sqrt(squares);
  };
  // The rows that hold each column, with their entries over their lengths.
  const listStart = new Int32Array(columns + 1);
  for (const row of among) for (let at = start[row]; at < start[row + 1]; at++) listStart[column[at] + 1]++;
  for (let c = 0; c < columns; c++) listStart[c + 1] += listStart[c];
  const next = listStart.slice();
  const place = new Int32Array(listStart[columns]);
  const entry = new Float32Array(listStart[columns]);
  among.forEach((row, i) => {
    const size = length(row);
    for (let at = start[row]; at < start[row + 1]; at++) {
      const to = next[column[at]]++;
      place[to] = i;
      entry[to] = value[at] / size;
    }
  });

  const cosine = new Float64Array(among.length);
  return (row, count) => {
    cosine.fill(0);
    const size = length(row);
    for (let at = start[row]; at < start[row + 1]; at++) {
      const amount = value[at] / size;
      for (let to = listStart[column[at]]; to < listStart[column[at] + 1]; to++) cosine[place[to]] += amount * entry[to];
    }
    const best: Alike[] = [];
    cosine.forEach((value, i) => {
      if (value <= 0 || among[i] === row) return;
      if (best.length === count && best[count - 1].cosine >= value) return;
      let at = best.length;
      while (at > 0 && best[at - 1].cosine < value) at--;
      best.splice(at, 0, { row: among[i], cosine: value });
      if (best.length > count) best.pop();
    });
    return best;
  };
}
