import { createJsScan, createWasmScan, encodeSession, REPEAT_LENGTH, type RecommendationModel, topRows } from '@vitrine/sdk/core';
import type { Example } from './examples.ts';

/** An example, with what a teacher would have answered among its targets. */
export type Teach = (example: Example) => Example;

/** A ranking's best items, best first, and how likely it takes each of them to be; probabilities sum to 1. */
export type Answer = ReadonlyArray<readonly [row: number, probability: number]>;

/** Items that each model is asked for. */
const ASKED = 20;

/**
 * Several models as one: the mean of their probabilities, each over its own best items, companions included. The models number
 * the items alike.
 */
export function createEnsemble(models: readonly RecommendationModel[]): (example: Pick<Example, 'goal' | 'items' | 'kinds'>, count: number) => Answer {
  const members = models.map((model) => ({ model, scan: createWasmScan(model) ?? createJsScan(model) }));
  return ({ goal, items, kinds }, count) => {
    const mean = new Map<number, number>();
    const session = { rows: items.slice(-REPEAT_LENGTH), kinds: kinds.slice(-REPEAT_LENGTH) };
    for (const { model, scan } of members) {
      const best = topRows(model, scan, encodeSession(model, session, goal), { limit: ASKED });
      const likelihood = best.map(({ score }) => Math.exp(score - best[0].score));
      const total = likelihood.reduce((sum, value) => sum + value, 0);
      best.forEach(({ row }, at) => mean.set(row, (mean.get(row) ?? 0) + likelihood[at] / total / members.length));
    }
    const first = [...mean].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, count);
    const kept = first.reduce((sum, [, probability]) => sum + probability, 0);
    return first.map(([row, probability]) => [row, probability / kept]);
  };
}

/**
 * Distillation (Hinton, Vinyals and Dean, 2015): a share of what an example asks for is what the teacher would have answered.
 * @param share of the teacher, beside what came
 * @param count items of the teacher's answer
 */
export function teachBy(answer: ReturnType<typeof createEnsemble>, { share = 0.5, count = 8 }: { readonly share?: number; readonly count?: number } = {}): Teach {
  return (example) => {
    if (example.items.length === 0) return example;
    const wanted = new Map<number, number>();
    const add = (row: number, value: number) => wanted.set(row, (wanted.get(row) ?? 0) + value);
    example.targets.forEach((row, i) => add(row, (1 - share) * (example.shares?.[i] ?? 1 / example.targets.length)));
    for (const [row, probability] of answer(example, count)) add(row, share * probability);
    return { ...example, targets: [...wanted.keys()], shares: [...wanted.values()] };
  };
}
