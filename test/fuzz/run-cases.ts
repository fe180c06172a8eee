import { VitrineError } from '@vitrine/sdk/core';
import type { Random } from './mutate.ts';

/** Something that reads what anybody may have written. */
export interface Target {
  readonly name: string;
  /** Cases of it among all, relative to the others. */
  readonly weight: number;
  /**
   * One case: makes an input and has it read. May be refused with a VitrineError; anything else thrown, an answer of
   * 500 or more, and an error of the code `internal` are faults.
   * @returns what was tried, to be shown with a fault
   */
  run(random: Random): { readonly input: unknown; readonly outcome: Promise<unknown> | unknown };
}

export interface Fault { readonly target: string; readonly place: number; readonly message: string; readonly input: string }

export interface FuzzReport {
  readonly cases: number;
  readonly byTarget: Readonly<Record<string, { cases: number; refused: number; slowest: number }>>;
  readonly faults: readonly Fault[];
}

/** Milliseconds after which a case counts as hanging, on a machine that may be busy. */
const HANGS = 10_000;

/**
 * Runs so many cases over all targets. Case n of a seed is the same whatever ran before it.
 *
 * @param options.randomOf the random numbers of a case
 */
export async function runCases(targets: readonly Target[], options: { readonly cases: number; readonly randomOf: (place: number) => Random; readonly most?: number; readonly onProgress?: (done: number) => void }): Promise<FuzzReport> {
  const { cases, randomOf, most = 20 } = options;
  const all = targets.reduce((sum, { weight }) => sum + weight, 0);
  const byTarget: Record<string, { cases: number; refused: number; slowest: number }> = Object.fromEntries(targets.map(({ name }) => [name, { cases: 0, refused: 0, slowest: 0 }]));
  const faults: Fault[] = [];
  for (let place = 0; place < cases && faults.length < most; place++) {
    const random = randomOf(place);
    let share = random() * all;
    const target = targets.find(({ weight }) => (share -= weight) < 0) ?? targets[targets.length - 1];
    const count = byTarget[target.name];
    count.cases++;
    const started = performance.now();
    let input: unknown = '(was being made)';
    try {
      const one = target.run(random);
      input = one.input;
      await withinTime(one.outcome);
    } catch (error) {
      if (error instanceof VitrineError && error.code !== 'internal') count.refused++;
      else faults.push({ target: target.name, place, message: error instanceof Error ? `${error.name}: ${error.message} ${error.stack?.split('\n').find((line) => /\.ts:/.test(line))?.trim() ?? ''}` : String(error), input: describe(input) });
    }
    const took = performance.now() - started;
    count.slowest = Math.max(count.slowest, took);
    if (took > HANGS) faults.push({ target: target.name, place, message: `took ${Math.round(took)} ms`, input: describe(input) });
    if (place % 1_000 === 999) options.onProgress?.(place + 1);
  }
  return { cases: Object.values(byTarget).reduce((sum, { cases: own }) => sum + own, 0), byTarget, faults };
}

async function withinTime(outcome: unknown): Promise<void> {
  if (!(outcome instanceof Promise)) return;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${HANGS} ms`)), HANGS);
  try {
    await Promise.race([outcome, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(input: unknown): string {
  const text = typeof input === 'string' ? input : input instanceof Uint8Array ? Buffer.from(input).toString('base64') : JSON.stringify(input);
  return String(text).slice(0, 600);
}
