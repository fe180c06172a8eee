import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const LINE = fileURLToPath(new URL('./growth-line.ts', import.meta.url));

/** Interactions, with 10,000 items; and items, with a million interactions. */
const EVENTS = [10_000, 100_000, 1_000_000, 5_000_000];
const ITEMS = [1_000, 10_000, 50_000, 200_000];
const AT_ITEMS = 10_000;
const AT_EVENTS = 1_000_000;
/** Seconds of steps that are timed. */
const TIMED = 20;

interface Measured {
  readonly stepsPerEpoch: number;
  readonly secondsPerStep: number;
  readonly seconds: { readonly dataset: number; readonly train: number; readonly compress: number; readonly evaluate: number };
  readonly peakBytes: number;
}

/**
 * `npm run bench -- growth`: how the line's time and memory grow with the shop, on shops that `made-up-interactions.ts`
 * makes up. One process a shop; the time of an epoch is its number of steps by the time of a step, the mean of those
 * carried out within 20 s.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const shops = smoke ? [{ events: 3000, items: 200 }] : [
    ...EVENTS.map((events) => ({ events, items: AT_ITEMS })), ...ITEMS.filter((items) => items !== AT_ITEMS).map((items) => ({ events: AT_EVENTS, items })),
  ];
  const raw: ({ events: number; items: number } & Measured)[] = [];
  for (const { events, items } of shops) {
    note(`${events.toLocaleString('en-US')} events, ${items.toLocaleString('en-US')} items …`);
    const measured = await runChild([LINE, '--events', String(events), '--items', String(items), '--seconds', String(smoke ? 1 : TIMED)], { note }) as Measured;
    raw.push({ events, items, ...measured });
  }
  const rows = raw.flatMap(({ events, items, stepsPerEpoch, secondsPerStep, seconds, peakBytes }): Row[] => {
    const subject = `${events.toLocaleString('en-US')} events, ${items.toLocaleString('en-US')} items`;
    return [
      { subject, metric: 'dataset', value: seconds.dataset, unit: 's' },
      { subject, metric: 'one epoch', value: stepsPerEpoch * secondsPerStep, unit: 's' },
      { subject, metric: 'one step', value: secondsPerStep * 1000, unit: 'ms' },
      { subject, metric: 'compress and evaluate', value: seconds.compress + seconds.evaluate, unit: 's' },
      { subject, metric: 'peak memory', value: peakBytes, unit: 'B' },
    ];
  });
  return { rows, raw, setting: { timed: `steps of ${TIMED} s` } };
}
