import { bonusIndex, KINDS, positionBucket } from '@vitrine/sdk/core';
import type { Example } from '../examples.ts';
import type { CandidateSampler } from './candidate-sampler.ts';

/** A batch without padding: sessions one after the other, and the same facts listed from the side of each gathered row. */
export interface PackedBatch {
  readonly sessions: number;
  readonly tokens: number;
  /** Rows of the item table that take part, [U]; the first `candidates` of them, ascending, are scored, the others follow, ascending too. */
  readonly rows: Int32Array;
  readonly candidates: number;
  /** log of each row's chance to be among the candidates, [U]; 0 where every row is, and for rows that are none. */
  readonly correction: Float32Array;
  /** Session s holds tokens start[s] … start[s + 1] - 1. [sessions + 1] */
  readonly start: Int32Array;
  /** Place in `rows` of each token, and its position bucket × KINDS + kind. [tokens] */
  readonly tokenRow: Int32Array;
  readonly tokenPair: Int32Array;
  readonly goal: Int32Array;
  /** Targets of each session: candidate and weight; the weights of a session sum to 1. */
  readonly targetStart: Int32Array;
  readonly target: Int32Array;
  readonly share: Float32Array;
  /** Items of a session that are candidates: candidate and `bonusIndex`, once for every time they occur. */
  readonly repeatStart: Int32Array;
  readonly repeat: Int32Array;
  readonly bonus: Int32Array;
  /** The same, each candidate once a session. */
  readonly distinctStart: Int32Array;
  readonly distinct: Int32Array;
  /** Tokens of each gathered row, [U + 1] and [tokens]. */
  readonly rowStart: Int32Array;
  readonly rowToken: Int32Array;
  /** Sessions that hold each candidate, [candidates + 1] and one for each entry of `distinct`. */
  readonly holderStart: Int32Array;
  readonly holder: Int32Array;
}

export interface PackOptions {
  /** Rows of the item table, N. */
  readonly items: number;
  /** Items the encoder reads of a session, the newest ones. */
  readonly maxLength: number;
  /** Draws the candidates beside the targets; absent: all rows are candidates. */
  readonly sampler?: CandidateSampler;
}

/** Makes batches. Holds one marker a row of the table, so that a batch costs what it holds and not what the catalogue holds. */
export function createPacker({ items, maxLength, sampler }: PackOptions): (examples: readonly Example[]) => PackedBatch {
  const placeOf = new Int32Array(items);
  const placedIn = new Int32Array(items);
  const heldBy = new Int32Array(items);
  const everyRow = sampler ? new Int32Array(0) : Int32Array.from({ length: items }, (_, row) => row);
  let drawn = new Int32Array(1024);
  let batch = 0;
  let session = 0;

  return (examples) => {
    batch++;
    let count = 0;
    const mark = (row: number): void => {
      if (placedIn[row] === batch) return;
      placedIn[row] = batch;
      if (count === drawn.length) drawn = grown(drawn);
      drawn[count++] = row;
    };
    // In the order of the table: threads walk through memory instead of jumping.
    const settle = (from: number): number => {
      drawn.subarray(from, count).sort();
      for (let at = from; at < count; at++) placeOf[drawn[at]] = at;
      return count;
    };
    let candidates = items;
    if (sampler) {
      for (const { targets } of examples) for (const row of targets) mark(row);
      for (let draws = 0; draws < sampler.draws; draws++) mark(sampler.draw());
      candidates = settle(0);
      for (const { items: seen } of examples) for (let i = Math.max(0, seen.length - maxLength); i < seen.length; i++) mark(seen[i]);
      settle(candidates);
    }

    const start = [0];
    const tokenRow: number[] = [];
    const tokenPair: number[] = [];
    const targetStart = [0];
    const target: number[] = [];
    const share: number[] = [];
    const repeatStart = [0];
    const repeat: number[] = [];
    const bonus: number[] = [];
    const distinctStart = [0];
    const distinct: number[] = [];
    for (const { goal, items: seen, kinds, targets, shares } of examples) {
      session++;
      for (let i = 0; i < seen.length; i++) {
        const distance = seen.length - 1 - i;
        const row = seen[i];
        const read = distance < maxLength;
        const at = !sampler ? row : placedIn[row] === batch ? placeOf[row] : candidates;
        if (read) {
          tokenRow.push(at);
          tokenPair.push(positionBucket(distance) * KINDS.length + kinds[i]);
        }
        if (at >= candidates) continue;
        repeat.push(at);
        bonus.push(bonusIndex(goal, kinds[i], distance));
        if (heldBy[row] !== session) {
          heldBy[row] = session;
          distinct.push(at);
        }
      }
      targets.forEach((row, i) => {
        target.push(sampler ? placeOf[row] : row);
        share.push(shares?.[i] ?? 1 / targets.length);
      });
      start.push(tokenRow.length);
      targetStart.push(target.length);
      repeatStart.push(repeat.length);
      distinctStart.push(distinct.length);
    }

    const rows = sampler ? drawn.slice(0, count) : everyRow;
    const correction = new Float32Array(rows.length);
    if (sampler) for (let i = 0; i < candidates; i++) correction[i] = sampler.logChance[rows[i]];
    const [rowStart, rowToken] = invert(tokenRow, rows.length);
    const [holderStart, entries] = invert(distinct, candidates);
    const sessionOf = new Int32Array(distinct.length);
    for (let s = 0; s < examples.length; s++) sessionOf.fill(s, distinctStart[s], distinctStart[s + 1]);
    return {
      sessions: examples.length, tokens: tokenRow.length, rows, candidates, correction,
      start: Int32Array.from(start), tokenRow: Int32Array.from(tokenRow), tokenPair: Int32Array.from(tokenPair), goal: Int32Array.from(examples, ({ goal }) => goal),
      targetStart: Int32Array.from(targetStart), target: Int32Array.from(target), share: Float32Array.from(share),
      repeatStart: Int32Array.from(repeatStart), repeat: Int32Array.from(repeat), bonus: Int32Array.from(bonus),
      distinctStart: Int32Array.from(distinctStart), distinct: Int32Array.from(distinct),
      rowStart, rowToken, holderStart, holder: entries.map((entry) => sessionOf[entry]),
    };
  };
}

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * list.length);
  larger.set(list);
  return larger;
}

/** Lists, for each value, the places where it stands, in order. */
function invert(values: readonly number[], size: number): [start: Int32Array, place: Int32Array] {
  const start = new Int32Array(size + 1);
  for (let i = 0; i < values.length; i++) start[values[i] + 1]++;
  for (let i = 0; i < size; i++) start[i + 1] += start[i];
  const next = start.slice();
  const place = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) place[next[values[i]]++] = i;
  return [start, place];
}
