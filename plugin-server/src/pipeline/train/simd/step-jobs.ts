import { KINDS, POSITION_BUCKETS } from '@vitrine/sdk/core';
import { type Kernels } from './kernel-exports.ts';
import { type Layout, ROWS_AT_ONCE, SESSIONS_AT_ONCE } from './layout.ts';
import { H, HEADER, LOSSES } from './step-memory.ts';

/** The parts of a step. Each must be over in all threads before the next begins; its jobs may run anywhere, in any order. */
export const PHASES = ['gather', 'sessions', 'update'] as const;
export type Phase = (typeof PHASES)[number];

export interface StepJobs {
  count(phase: Phase): number;
  run(phase: Phase, job: number): void;
}

/**
 * The work of one step, in jobs:
 *
 * - `gather`: one job prepares the dense parameters, the others bring rows of the item table up to date and lay their
 *   unit vectors side by side;
 * - `sessions`: encodes sessions, scores all candidates, and carries the gradient back to the tokens and the dense parameters;
 * - `update`: one job moves the dense parameters, the others gather each row's gradient and move the row.
 *
 * No two jobs write to the same place, and no sum depends on who did which job: any number of threads gives the same bits.
 *
 * @param thread number of this thread, for its own room
 */
export function createStepJobs(k: Kernels, memory: WebAssembly.Memory, layout: Layout, factors: Readonly<Record<string, number>>, thread: number): StepJobs {
  const { D, dense, span, params } = layout;
  // The header stays where it is; these views stay valid when the memory grows.
  const header = new Int32Array(memory.buffer, HEADER, 256);
  const headerFloats = new Float32Array(memory.buffer, HEADER, 256);
  const losses = new Float64Array(memory.buffer, LOSSES, 512);
  const fixed = new Float32Array(memory.buffer, 0, layout.table / 4);
  const value = (name: string): number => params + dense.get(name)!.offset * 4;
  const [position, kind, goal, bonus, w1, w2, w3, b, v, w, scale] = ['position', 'kind', 'goal', 'bonus', 'attention_item', 'attention_last',
    'attention_mean', 'attention_bias', 'attention_out', 'project', 'scale'].map(value);
  const padding = dense.get('attention_out')!;

  function prepareDense(): void {
    k.addPairs(POSITION_BUCKETS, KINDS.length, position, kind, D, layout.pairTable);
    k.transpose(w1, D, D, layout.itemT);
    k.transpose(w2, D, D, layout.lastT);
    k.transpose(w3, D, D, layout.meanT);
    k.transpose(w, 2 * D, D, layout.projectT);
  }

  function gather(first: number): void {
    const count = Math.min(ROWS_AT_ONCE, header[H.gathered] - first);
    const unit = header[H.unit] + first * D * 4;
    k.gatherRows(header[H.rows] + first * 4, count, layout.table, D, layout.settled, header[H.step], layout.sums0, layout.sums1, layout.rates,
      header[H.correction] + first * 4, unit, header[H.inverse] + first * 4, header[H.biases] + first * 4, header[H.repeats] + first * 4);
    const candidates = Math.min(count, header[H.candidates] - first);
    if (candidates > 0) k.packPanels(unit, candidates, D, header[H.panels] + first * D * 4);
  }

  function sessions(chunk: number): void {
    const first = chunk * SESSIONS_AT_ONCE;
    const count = Math.min(SESSIONS_AT_ONCE, header[H.sessions] - first);
    const own = (index: number): number => header[index] + thread * header[H.ownStride];
    const list = (index: number): number => header[index] + first * 4;
    const start = list(H.start);
    const starts = new Int32Array(memory.buffer, start >>> 0, count + 1); // beyond 2 GB the header's pointers are negative
    const tokenFrom = starts[0];
    const tokenTo = starts[count];
    const tokens = tokenTo - tokenFrom;
    const columns = header[H.columns];
    const scores = header[H.scores] + first * columns * 4;
    const scaled = header[H.scaled] + first * D * 4;
    const weight = list(H.weight);
    const itemGradient = header[H.itemGradient] + tokenFrom * D * 4;
    const [seed, threshold, keep] = [header[H.seed], header[H.threshold], headerFloats[H.keep]];
    const [items, inputs, hidden, attention] = [own(H.items), own(H.inputs), own(H.hidden), own(H.attention)];
    const [concat, means, common, queries, inverse] = [own(H.concat), own(H.means), own(H.common), own(H.queries), own(H.inverseLength)];
    const temperature = fixed[scale / 4];

    // Encode. The newest inputs l are the left half of `concat`, the read-outs r the right half.
    k.inputs(tokenFrom, tokenTo, header[H.tokenRow], header[H.tokenPair], header[H.unit], layout.pairTable, D, seed, threshold, keep, items, inputs);
    k.summaries(count, start, items, inputs, D, concat, means);
    k.fillRows(count, b, D, common);
    k.gemm(count, D, D, concat, 2 * D, w2, D, common, D, 1);
    k.gemm(count, D, D, means, D, w3, D, common, D, 1);
    k.gemm(tokens, D, D, inputs, D, w1, D, hidden, D, 0);
    k.attend(count, start, common, hidden, v, items, D, attention, concat);
    k.copyRows(count, list(H.goal), goal, D, queries);
    k.gemm(count, D, 2 * D, concat, 2 * D, w, D, queries, D, 1);
    k.normaliseQueries(count, queries, D, temperature, scaled, inverse);

    // Score and compare.
    k.gemmPanels(count, columns, D, scaled, D, header[H.panels], header[H.biases], scores, columns);
    k.addRepeats(count, scores, columns, list(H.repeatStart), header[H.repeat], header[H.bonus], bonus, list(H.distinctStart), header[H.distinct], header[H.repeats]);
    let loss = k.softmaxLoss(count, header[H.candidates], columns, scores, list(H.targetStart), header[H.target], header[H.share],
      header[H.sessions], weight);
    for (const entry of new Float32Array(memory.buffer, weight >>> 0, count)) loss -= Math.log(entry * header[H.sessions]);
    losses[chunk] = loss;

    // And back.
    const part = layout.gradients + chunk * span * 4;
    const of = (name: string): number => part + dense.get(name)!.offset * 4;
    const [queryGradient, concatGradient, meanGradient, commonGradient] = [own(H.queryGradient), own(H.concatGradient), own(H.meanGradient), own(H.commonGradient)];
    k.clear(part, layout.cleared);
    k.bonusBackward(count, scores, columns, list(H.repeatStart), header[H.repeat], header[H.bonus], weight, of('bonus'));
    k.gemm(count, D, header[H.candidates], scores, columns, header[H.unit], D, queryGradient, D, 0);
    fixed[of('scale') / 4] = k.queriesBackward(count, queryGradient, queries, scaled, inverse, weight, D, temperature, list(H.goal), of('goal'));
    k.gemmTransposed(2 * D, D, count, concat, 2 * D, queryGradient, D, of('project'), D, 0);
    k.gemm(count, 2 * D, D, queryGradient, D, layout.projectT, 2 * D, concatGradient, 2 * D, 0);
    k.attendBackward(count, start, hidden, v, items, D, attention, concatGradient, itemGradient, commonGradient, of('attention_out'));
    k.gemmTransposed(D, D, tokens, inputs, D, hidden, D, of('attention_item'), D, 0);
    k.gemmTransposed(D, D, count, concat, 2 * D, commonGradient, D, of('attention_last'), D, 0);
    k.gemmTransposed(D, D, count, means, D, commonGradient, D, of('attention_mean'), D, 0);
    k.sumRows(count, commonGradient, D, of('attention_bias'));
    k.gemm(count, D, D, commonGradient, D, layout.lastT, D, concatGradient, 2 * D, 1);
    k.gemm(count, D, D, commonGradient, D, layout.meanT, D, meanGradient, D, 0);
    k.gemm(tokens, D, D, hidden, D, layout.itemT, D, inputs, D, 0);
    const pairs = part + layout.pairs * 4;
    k.inputsBackward(count, start, header[H.tokenPair], D, seed, threshold, keep, inputs, concatGradient, meanGradient, itemGradient, pairs);
    k.splitPairs(POSITION_BUCKETS, KINDS.length, pairs, D, of('position'), of('kind'));
    // σ(0) is not 0: columns that only fill up a vector would learn.
    const out = of('attention_out') / 4;
    fixed.fill(0, out + padding.columns, out + padding.width);
  }

  function update(first: number): void {
    const count = Math.min(ROWS_AT_ONCE, header[H.gathered] - first);
    const candidates = Math.max(0, Math.min(count, header[H.candidates] - first));
    const columns = header[H.columns];
    const own = (index: number): number => header[index] + thread * header[H.ownStride];
    const [gradient, biases, repeats] = [own(H.rowGradient), own(H.biasGradient), own(H.repeatGradient)];
    k.clear(gradient, ROWS_AT_ONCE * D);
    k.clear(biases, ROWS_AT_ONCE);
    k.clear(repeats, ROWS_AT_ONCE);
    if (candidates > 0) {
      k.gemmTransposed(candidates, D, header[H.sessions], header[H.scores] + first * 4, columns, header[H.scaled], D, gradient, D, 0);
      k.biasBackward(header[H.sessions], header[H.scores], columns, header[H.weight], first, Math.min(Math.ceil(candidates / 4) * 4, columns - first), biases);
      k.repeatBackward(header[H.holderStart], header[H.holder], header[H.scores], columns, header[H.weight], first, candidates, repeats);
    }
    k.addListed(count, header[H.rowStart] + first * 4, header[H.rowToken], header[H.itemGradient], D, gradient);
    k.updateRows(header[H.rows] + first * 4, count, layout.table, D, layout.settled, header[H.step], headerFloats[H.rate], layout.rates,
      header[H.unit] + first * D * 4, header[H.inverse] + first * 4, gradient, biases, repeats);
  }

  function updateDense(): void {
    const parts = Math.ceil(header[H.sessions] / SESSIONS_AT_ONCE);
    for (const [name, { offset, size }] of dense) {
      k.updateDense(size, params + offset * 4, span, layout.gradients + offset * 4, parts, span, headerFloats[H.rate] * (factors[name] ?? 1));
    }
  }

  return {
    count: (phase) => (phase === 'sessions' ? Math.ceil(header[H.sessions] / SESSIONS_AT_ONCE) : 1 + Math.ceil(header[H.gathered] / ROWS_AT_ONCE)),
    run(phase, job) {
      if (phase === 'sessions') sessions(job);
      else if (phase === 'gather') job === 0 ? prepareDense() : gather((job - 1) * ROWS_AT_ONCE);
      else job === 0 ? updateDense() : update((job - 1) * ROWS_AT_ONCE);
    },
  };
}
