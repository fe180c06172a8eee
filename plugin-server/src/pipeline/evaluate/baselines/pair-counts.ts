import { listAt, listCount, type Lists } from '../files/lists.ts';

/** Weights of ordered pairs of rows, as compressed rows. */
export interface PairCounts {
  /** Row i holds entries start[i] … start[i + 1] - 1. [items + 1] */
  readonly start: Int32Array;
  /** Rising within a row. */
  readonly column: Int32Array;
  /** Σ of the weights with i before its column in a list. */
  readonly after: Float32Array;
  /** Σ of the weights with i behind its column in a list. */
  readonly before: Float32Array;
  /** How often each row stands in a list, repeats counted. [items] */
  readonly occurrences: Float64Array;
}

/**
 * Counts pairs of different rows that stand at most `reach` places apart in a list.
 * @param weight of a pair by its distance, 1 for neighbours
 */
export function countPairs(lists: Lists, items: number, reach: number, weight: (distance: number) => number): PairCounts {
  const weights = Float64Array.from({ length: reach + 1 }, (_, distance) => (distance > 0 ? weight(distance) : 0));
  const occurrences = new Float64Array(items);
  for (const row of lists.item) occurrences[row]++;

  // Places of each row, so that one row's pairs come together.
  const placeStart = new Int32Array(items + 1);
  for (const row of lists.item) placeStart[row + 1]++;
  for (let row = 0; row < items; row++) placeStart[row + 1] += placeStart[row];
  const next = placeStart.slice();
  const place = new Int32Array(lists.item.length);
  const listOf = new Int32Array(lists.item.length);
  for (let list = 0; list < listCount(lists); list++) {
    for (let at = lists.start[list]; at < lists.start[list + 1]; at++) {
      listOf[at] = list;
      place[next[lists.item[at]]++] = at;
    }
  }

  const start = new Int32Array(items + 1);
  const after = new Float64Array(items);
  const before = new Float64Array(items);
  const met = new Int32Array(items).fill(-1);
  const columns: Int32Array[] = [];
  const afters: Float32Array[] = [];
  const befores: Float32Array[] = [];
  for (let row = 0; row < items; row++) {
    const partners: number[] = [];
    for (let p = placeStart[row]; p < placeStart[row + 1]; p++) {
      const at = place[p];
      const list = listOf[at];
      const from = Math.max(lists.start[list], at - reach);
      const to = Math.min(lists.start[list + 1] - 1, at + reach);
      for (let other = from; other <= to; other++) {
        const partner = lists.item[other];
        if (partner === row) continue;
        if (met[partner] !== row) {
          met[partner] = row;
          partners.push(partner);
          after[partner] = before[partner] = 0;
        }
        if (other > at) after[partner] += weights[other - at];
        else before[partner] += weights[at - other];
      }
    }
    const column = Int32Array.from(partners).sort();
    columns.push(column);
    afters.push(Float32Array.from(column, (partner) => after[partner]));
    befores.push(Float32Array.from(column, (partner) => before[partner]));
    start[row + 1] = start[row] + column.length;
  }
  return { start, column: joined(columns, start[items], Int32Array), after: joined(afters, start[items], Float32Array), before: joined(befores, start[items], Float32Array), occurrences };
}

function joined<Column extends Int32Array | Float32Array>(parts: readonly Column[], length: number, Type: new (length: number) => Column): Column {
  const whole = new Type(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Symmetric counts of lists that hold both rows (once a list), in `after`; `occurrences` counts lists. */
export function countTogether(lists: Lists, items: number): PairCounts {
  const start = new Int32Array(listCount(lists) + 1);
  const item = new Int32Array(lists.item.length);
  let kept = 0;
  for (let list = 0; list < listCount(lists); list++) {
    const distinct = new Set(listAt(lists, list));
    for (const row of distinct) item[kept++] = row;
    start[list + 1] = kept;
  }
  const longest = start.reduce((most, end, list) => (list > 0 ? Math.max(most, end - start[list - 1]) : 0), 0);
  const counts = countPairs({ start, item: item.slice(0, kept) }, items, longest, () => 1);
  return { ...counts, after: counts.after.map((weight, at) => weight + counts.before[at]), before: new Float32Array(0) };
}
