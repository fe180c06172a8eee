import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BLOCK } from '../core/models/recommendation/types.ts';
import { layoutOf, packQuery, packRows, WIDEST } from './webgl-program.ts';

/** What the fragment of a block computes for each of its rows, in float32 after every step, with unit 1. */
function blockScores(texels: Int32Array, query: Int8Array, layout: ReturnType<typeof layoutOf>, block: number): number[] {
  const { chunks, width, height } = layout;
  const fetch = (step: number) => {
    const at = ((Math.floor(block / width) + height * step) * width + (block % width)) * 4;
    return texels.subarray(at, at + 4);
  };
  const { vectors, offset } = packQuery(query, chunks);
  const f = Math.fround;
  return Array.from({ length: BLOCK }, (_, row) => {
    let sum = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      fetch(row * chunks + chunk).forEach((t, lane) => {
        [t & 255, t & 65280, t & 16711680, t >> 24].forEach((byte, b) => {
          sum = f(sum + f(f(byte) * f(vectors[(4 * chunk + b) * 4 + lane])));
        });
      });
    }
    const bias = new Float32Array(new Int32Array([fetch(BLOCK * chunks + (row >> 2))[row & 3]]).buffer)[0];
    return f(f(sum - f(offset)) + bias);
  });
}

test('masked bytes times scaled query entries add up to the dot product, exactly, in float32', () => {
  const byte = fc.oneof(fc.constantFrom(-128, -127, 0, 127), fc.integer({ min: -128, max: 127 }));
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 3, 16, 17, 64, 100, WIDEST), fc.array(byte, { minLength: 64, maxLength: 64 }), fc.constantFrom(-127, 127, 5), (items, dim, bytes, extreme) => {
    const table = Int8Array.from({ length: items * dim }, (_, at) => bytes[(at * 7) % 64]);
    const query = Int8Array.from({ length: dim }, (_, j) => (j % 5 === 0 ? extreme : Math.max(-127, bytes[(j * 3) % 64])));
    const layout = layoutOf(items, dim);
    const texels = packRows(table, new Float32Array(items).fill(0.5), dim, layout);
    for (let block = 0; block < layout.blocks; block++) {
      blockScores(texels, query, layout, block).forEach((score, k) => {
        const row = block * BLOCK + k;
        if (row >= items) return assert.ok(score < -1e38, 'a row that only fills up');
        const dot = query.reduce((sum, value, j) => sum + value * table[row * dim + j], 0);
        assert.equal(score, Math.fround(dot + 0.5));
      });
    }
  }), { numRuns: 60 });
});

test('no two texels of the catalogue are one, and all fit a small device', () => {
  for (const [items, dim] of [[1, 1], [17, 16], [1000, 64], [100_000, 64], [200_000, 128]] as const) {
    const { blocks, steps, width, height } = layoutOf(items, dim);
    assert.ok(width * height >= blocks, `${items} × ${dim}`);
    assert.ok(width <= 2048 && height * steps <= 2048, `${items} × ${dim}: ${width} × ${height * steps}`);
  }
});
