import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../dataset/random.ts';
import { BUILDS } from './compile-kernels.ts';
import { instantiate, type Kernels } from './kernel-exports.ts';
import { loadKernels } from './load-kernels.ts';

// Each kernel against its definition in double precision, in both builds.

const builds: { readonly name: string; readonly k: Kernels; readonly memory: WebAssembly.Memory }[] = [];
before(async () => {
  for (const name of BUILDS) {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536, shared: true });
    builds.push({ name, memory, k: instantiate((await loadKernels(name)).module, memory) });
  }
});

const random = createRandom(5);
const BASE = 1024;

/** Places arrays one after the other, with a guard of odd numbers behind each, and hands out their pointers. */
function place(memory: WebAssembly.Memory, ...arrays: (Float32Array | Int32Array)[]): number[] {
  let at = BASE;
  return arrays.map((array) => {
    const pointer = at;
    const view = array instanceof Float32Array ? new Float32Array(memory.buffer, at, array.length) : new Int32Array(memory.buffer, at, array.length);
    view.set(array);
    at += Math.ceil(array.length / 4) * 16;
    new Float32Array(memory.buffer, at, 4).fill(12345);
    at += 16;
    return pointer;
  });
}
const floats = (memory: WebAssembly.Memory, pointer: number, length: number): Float32Array => new Float32Array(memory.buffer, pointer, length);
const filled = (length: number, make: () => number = () => random() * 2 - 1): Float32Array => Float32Array.from({ length }, make);
const close = (actual: number, wanted: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(actual - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${what}: ${actual}, not ${wanted}`);

test('products of any shape equal their definition, and write nowhere else', () => {
  const shape = fc.record({ m: fc.integer({ min: 1, max: 13 }), n4: fc.integer({ min: 1, max: 7 }), k: fc.integer({ min: 1, max: 300 }), gap: fc.integer({ min: 0, max: 3 }), add: fc.boolean() });
  for (const { name, k: kernels, memory } of builds) {
    fc.assert(fc.property(shape, ({ m, n4, k, gap, add }) => {
      const n = n4 * 4;
      const [lda, ldt, ldb, ldc] = [k + gap, m + gap, n + gap * 4, n + gap * 4];
      const a = filled(m * lda);
      const t = filled(k * ldt);
      for (let i = 0; i < m; i++) for (let l = 0; l < k; l++) t[l * ldt + i] = a[i * lda + l];
      const b = filled(k * ldb);
      const c = filled(m * ldc);
      const [pa, pt, pb, pc, pd] = place(memory, a, t, b, c, c);
      kernels.gemm(m, n, k, pa, lda, pb, ldb, pc, ldc, add ? 1 : 0);
      kernels.gemmTransposed(m, n, k, pt, ldt, pb, ldb, pd, ldc, add ? 1 : 0);
      const [plain, transposed] = [floats(memory, pc, c.length), floats(memory, pd, c.length)];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < ldc; j++) {
          let wanted = add || j >= n ? c[i * ldc + j] : 0;
          if (j < n) for (let l = 0; l < k; l++) wanted += a[i * lda + l] * b[l * ldb + j];
          close(plain[i * ldc + j], wanted, 2e-5, `${name}, gemm [${i}, ${j}]`);
          close(transposed[i * ldc + j], wanted, 2e-5, `${name}, transposed [${i}, ${j}]`);
        }
      }
      assert.equal(floats(memory, pd, Math.ceil(c.length / 4) * 4 + 4).at(-1), 12345);
    }), { numRuns: 60, seed: 1 });
  }
});

test('panels of candidates give the product with their transpose plus offsets, and only those where there is none', () => {
  for (const { name, k: kernels, memory } of builds) {
    for (const [m, count, D] of [[1, 1, 4], [5, 8, 12], [32, 61, 64], [7, 64, 20]]) {
      const columns = Math.ceil(count / 8) * 8;
      const [q, unit] = [filled(m * D), filled(columns * D)];
      const offset = filled(columns);
      const [pq, pu, pp, po, pc] = place(memory, q, unit, new Float32Array(columns * D), offset, new Float32Array(m * columns));
      kernels.packPanels(pu, count, D, pp);
      kernels.gemmPanels(m, columns, D, pq, D, pp, po, pc, columns);
      const c = floats(memory, pc, m * columns);
      for (let i = 0; i < m; i++) for (let j = 0; j < columns; j++) {
        let wanted = offset[j];
        if (j < count) for (let l = 0; l < D; l++) wanted += q[i * D + l] * unit[j * D + l];
        close(c[i * columns + j], wanted, 1e-5, `${name} [${i}, ${j}]`);
      }
    }
  }
});

/** Applies the kernels' exponential by way of the softmax: scores of one row, target the first. */
function exponentials({ k, memory }: (typeof builds)[number], scores: Float32Array): { e: Float32Array; loss: number; weight: number } {
  const columns = Math.ceil(scores.length / 8) * 8;
  const padded = new Float32Array(columns);
  padded.set(scores);
  const [row, start, target, share, weight] = place(memory, padded, Int32Array.of(0, 1), Int32Array.of(0), Float32Array.of(1), new Float32Array(1));
  const wanted = k.softmaxLoss(1, scores.length, columns, row, start, target, share, 1, weight);
  const total = 1 / floats(memory, weight, 1)[0];
  return { e: floats(memory, row, columns).slice(), loss: wanted + Math.log(total), weight: floats(memory, weight, 1)[0] };
}

test('the exponential is right to 3e-7, and the softmax to 1e-6, whatever the number of candidates', () => {
  for (const build of builds) {
    const line = Float32Array.from({ length: 4001 }, (_, i) => (i === 1 ? 0 : -i * 0.02));
    const { e } = exponentials(build, line);
    for (let i = 1; i < line.length; i++) {
      const exact = Math.exp(Math.max(-86, line[i]));
      assert.ok(Math.abs(e[i] - exact) <= 3e-7 * exact, `${build.name}: exp(${line[i]}) = ${e[i]}, not ${exact}`);
    }
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.1, max: 30, noNaN: true }), (count, spread) => {
      const z = filled(count, () => (random() * 2 - 1) * spread);
      const { e: gradient, loss, weight } = exponentials(build, z);
      const peak = Math.max(...z);
      const total = z.reduce((sum, entry) => sum + Math.exp(entry - peak), 0);
      close(loss, Math.log(total) + peak - z[0], 1e-6, 'loss');
      for (let c = 0; c < gradient.length; c++) {
        close(gradient[c] * weight, c < count ? Math.exp(z[c] - peak) / total - (c === 0 ? 1 : 0) : 0, 1e-6, `gradient ${c} of ${count}`);
      }
    }), { numRuns: 50, seed: 2 });
  }
});

test('the gate is the logistic function to 2e-7', () => {
  for (const { name, k, memory } of builds) {
    // One session of one item: shared pre-activation x, attention 1.
    const x = Float32Array.from({ length: 400 }, (_, i) => (i - 200) / 4);
    const [start, shared, hidden, v, items, attention, concat] = place(memory, Int32Array.of(0, 1), x, new Float32Array(400), new Float32Array(400), filled(400), new Float32Array(1), new Float32Array(800));
    k.attend(1, start, shared, hidden, v, items, 400, attention, concat);
    floats(memory, hidden, 400).forEach((value, i) => close(value, 1 / (1 + Math.exp(-x[i])), 2e-7, `${name}: σ(${x[i]})`));
    assert.equal(floats(memory, attention, 1)[0], 1);
  }
});

test('dropout keeps the stated share, the same entries again for the same seed, and others for another', () => {
  for (const { k, memory } of builds) {
    const [tokens, D] = [200, 64];
    const [row, pair, unit, pairs, items, inputs] = place(memory, new Int32Array(tokens), new Int32Array(tokens), new Float32Array(D).fill(1), new Float32Array(D).fill(2), new Float32Array(tokens * D), new Float32Array(tokens * D));
    const draw = (seed: number): Float32Array => {
      k.inputs(0, tokens, row, pair, unit, pairs, D, seed, Math.round(0.35 * 2 ** 31), 1 / 0.65, items, inputs);
      return floats(memory, items, tokens * D).slice();
    };
    const first = draw(77);
    const share = first.filter((entry) => entry === 0).length / first.length;
    assert.ok(Math.abs(share - 0.35) < 0.02, `${share}`); // 4 standard deviations
    assert.ok(first.every((entry) => entry === 0 || entry === Math.fround(1 / 0.65)));
    assert.deepEqual(draw(77), first);
    const both = draw(78).filter((entry, i) => entry === 0 && first[i] === 0).length / first.length;
    assert.ok(Math.abs(both - 0.35 ** 2) < 0.015, 'independent of each other');
  }
});
