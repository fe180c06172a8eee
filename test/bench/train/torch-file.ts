import { writeFileSync } from 'node:fs';
import { padArrays } from '../../../plugin-server/src/pipeline/train/simd/padded-batch.ts';
import type { SimdProblem } from '../../../plugin-server/src/pipeline/train/simd/simd-learner.ts';
import { packWorkload } from './workload.ts';

type Entry = readonly [kind: 'float32' | 'int32', offset: number, shape: readonly number[]];

/** Writes start values and batches for torch_contestant.py: one line of JSON, then all arrays in its order. */
export function writeTorchFile(path: string, problem: SimdProblem): void {
  const parts: Buffer[] = [];
  let offset = 0;
  const entry = (array: Float32Array | Int32Array, shape: readonly number[] = [array.length]): Entry => {
    parts.push(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    offset += array.byteLength;
    return [array instanceof Float32Array ? 'float32' : 'int32', offset - array.byteLength, shape];
  };
  const start = Object.fromEntries([...problem.start].map(([name, { shape, data }]) => [name, entry(data, shape)]));
  const batches = packWorkload(problem).map((packed) => {
    const { sessions: b, length: t, ...padded } = padArrays(packed);
    return {
      candidates: packed.candidates, rows: entry(packed.rows), correction: entry(packed.correction.slice(0, packed.candidates)), goals: entry(packed.goal),
      items: entry(padded.items, [b, t]), kinds: entry(padded.kinds, [b, t]), positions: entry(padded.positions, [b, t]), mask: entry(padded.mask, [b, t]),
      cells: entry(Int32Array.of(...padded.cell, ...padded.distinctCell)), bonus: entry(packed.bonus), distinctRow: entry(padded.distinctRow), targets: entry(packed.target),
    };
  });
  const meta = { start, batches, dropout: problem.dropout, learningRate: problem.learningRate(0, 0), factors: problem.factors };
  writeFileSync(path, Buffer.concat([Buffer.from(`${JSON.stringify(meta)}\n`), ...parts]));
}
