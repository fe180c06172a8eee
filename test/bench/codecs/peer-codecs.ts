import { packInt4 } from '../../../sdk/src/core/artifact/layout.ts';
import { createRandom } from '../../../plugin-server/src/pipeline/dataset/random.ts';

/** A table as a codec stores it, and as it comes back. Both are [items × dim]. */
export interface CodedTable {
  readonly bytes: Uint8Array;
  readonly rows: Float32Array;
}

/** Whole multiples of one step, each to its nearest, dimension by dimension, two to a byte: ours without the look at the sessions. */
export function nearestInt4(rows: Float32Array, dim: number, step: number): CodedTable {
  const codes = Int8Array.from(rows, (value) => Math.min(7, Math.max(-8, Math.round(value / step))));
  const items = rows.length / dim;
  return { bytes: packInt4(codes.map((_, at) => codes[(at % items) * dim + Math.floor(at / items)])), rows: Float32Array.from(codes, (code) => code * step) };
}

/** int4 with a scale of eight bits for each group of entries in a row, as large language models' weights are stored. */
export function groupedInt4(rows: Float32Array, group: number): CodedTable {
  const groups = rows.length / group;
  const peak = Float32Array.from({ length: groups }, (_, g) => rows.subarray(g * group, (g + 1) * group).reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const unit = peak.reduce((most, value) => Math.max(most, value), 0) / 255;
  const scales = Uint8Array.from(peak, (value) => Math.max(1, Math.ceil(value / unit)));
  const step = (at: number) => (scales[Math.floor(at / group)] * unit) / 7;
  const codes = Int8Array.from(rows, (value, at) => Math.round(value / step(at)));
  return { bytes: Uint8Array.from([...packInt4(codes), ...scales]), rows: Float32Array.from(codes, (code, at) => code * step(at)) };
}

/** Centroids a part of the row is replaced by; a byte names one. */
const CENTROIDS = 256;
const ROUNDS = 10;

/** Product quantisation (Jégou et al., 2011): each of `parts` pieces of a row becomes the number of its nearest centroid. */
export function productQuantised(rows: Float32Array, dim: number, parts: number, seed: number): CodedTable {
  const random = createRandom(seed);
  const items = rows.length / dim;
  const width = dim / parts;
  const codes = new Uint8Array(items * parts);
  const books = new Int8Array(parts * CENTROIDS * width);
  const back = new Float32Array(rows.length);
  const largest = rows.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
  for (let part = 0; part < parts; part++) {
    const centroid = Float32Array.from({ length: CENTROIDS * width }, () => 0);
    for (let c = 0; c < CENTROIDS; c++) {
      const row = Math.floor(random() * items);
      centroid.set(rows.subarray(row * dim + part * width, row * dim + (part + 1) * width), c * width);
    }
    const own = codes.subarray(part * items, (part + 1) * items);
    for (let round = 0; round <= ROUNDS; round++) {
      const sums = new Float64Array(centroid.length);
      const counts = new Float64Array(CENTROIDS);
      for (let row = 0; row < items; row++) {
        const at = row * dim + part * width;
        let least = Infinity;
        for (let c = 0; c < CENTROIDS; c++) {
          let distance = 0;
          for (let j = 0; j < width; j++) distance += (rows[at + j] - centroid[c * width + j]) ** 2;
          if (distance < least) [least, own[row]] = [distance, c];
        }
        counts[own[row]]++;
        for (let j = 0; j < width; j++) sums[own[row] * width + j] += rows[at + j];
      }
      if (round < ROUNDS) centroid.forEach((_, i) => { if (counts[Math.floor(i / width)] > 0) centroid[i] = sums[i] / counts[Math.floor(i / width)]; });
    }
    centroid.forEach((value, i) => { books[part * centroid.length + i] = Math.round(value / largest); });
    for (let row = 0; row < items; row++) {
      for (let j = 0; j < width; j++) back[row * dim + part * width + j] = books[part * centroid.length + own[row] * width + j] * largest;
    }
  }
  return { bytes: Uint8Array.from([...codes, ...new Uint8Array(books.buffer)]), rows: back };
}
