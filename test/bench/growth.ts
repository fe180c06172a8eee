import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { latencyPlot, type PlotLine } from './latency-plot.ts';
import { markdownTable } from './markdown-table.ts';
import { runChild } from './run-child.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Interactions, with 10,000 items; and items, with a million interactions. */
const EVENTS = [10_000, 30_000, 100_000, 300_000, 1_000_000, 5_000_000];
const ITEMS = [1_000, 3_000, 10_000, 50_000, 200_000];
const AT_ITEMS = 10_000;
const AT_EVENTS = 1_000_000;
/** Processor seconds after which a training takes no further step. */
const TIMED = 12;

interface Shop {
  readonly events: number;
  readonly items: number;
}

/** What the line took; seconds are of the processor, all threads. */
interface Measured extends Shop {
  /** Two, the second on everything: seconds a step, steps of an epoch, steps that were taken. */
  readonly trainings: readonly { readonly stepSeconds: number; readonly steps: number; readonly taken: number }[];
  readonly wallSeconds: number;
  readonly seconds: { readonly dataset: number; readonly train: number; readonly compress: number; readonly evaluate: number };
  readonly peakBytes: number;
}

/** A training of the service `trainShop` on the embedded database, in one process with it. */
interface Stored extends Shop {
  readonly wallSeconds: number;
  readonly readSeconds: number;
  readonly peakBytes: number;
}

/**
 * `npm run bench -- growth`: how the line's time and memory grow with the shop, on shops that `made-up-interactions.ts`
 * makes up. One process a shop; one epoch, twice as always (to choose, then once more on everything), of which the steps of
 * 12 processor seconds are carried out. Then the largest shop once more as a server has it: in the embedded database, trained in the database's process.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const byEvents = smoke ? [{ events: 3000, items: 200 }] : EVENTS.map((events) => ({ events, items: AT_ITEMS }));
  const byItems = smoke ? [] : ITEMS.filter((items) => items !== AT_ITEMS).map((items) => ({ events: AT_EVENTS, items }));
  const line: Measured[] = [];
  for (const shop of [...byEvents, ...byItems]) {
    note(`${named(shop)} …`);
    line.push({ ...shop, ...await runChild([file('./growth-line.ts'), '--events', String(shop.events), '--items', String(shop.items), '--seconds', String(smoke ? 1 : TIMED)], { note }) as Omit<Measured, keyof Shop> });
  }
  const stored = await inDatabase(byEvents.at(-1)!, note);

  const rows: Row[] = line.flatMap((one): Row[] => [
    ...Object.entries(timesOf(one)).map(([metric, value]): Row => ({ subject: named(one), metric, value, unit: 's' })),
    { subject: named(one), metric: 'peak memory', value: one.peakBytes, unit: 'B' },
  ]);
  const subject = `${named(stored)}, with the embedded database`;
  rows.push({ subject, metric: 'reading', value: stored.readSeconds, unit: 's' }, { subject, metric: 'peak memory', value: stored.peakBytes, unit: 'B' });
  const at = (shops: readonly Shop[]) => line.filter(({ events, items }) => shops.some((shop) => shop.events === events && shop.items === items));
  const alongItems = at([...byItems, { events: AT_EVENTS, items: AT_ITEMS }]).sort((a, b) => a.items - b.items);
  return {
    rows, raw: { line, stored }, markdown: table(line, stored), setting: { data: 'made up, popularity as Zipf\'s law with exponent 0.8, seed 1' },
    images: smoke ? {} : {
      'growth-events.svg': plot(at(byEvents), 'events', `interactions (${AT_ITEMS.toLocaleString('en-US')} items)`),
      'growth-items.svg': plot(alongItems, 'items', `items (${AT_EVENTS.toLocaleString('en-US')} interactions)`),
    },
  };
}

async function inDatabase(shop: Shop, note: (line: string) => void): Promise<Stored> {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-growth-'));
  const args = ['--events', String(shop.events), '--items', String(shop.items), '--home', home];
  try {
    note(`${named(shop)} into an embedded database …`);
    await runChild([file('./growth-fill.ts'), ...args], { note });
    note('trained there …');
    return { ...shop, ...await runChild([file('./growth-store.ts'), ...args], { note }) as Omit<Stored, keyof Shop> };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const named = ({ events, items }: Shop): string => `${events.toLocaleString('en-US')} events, ${items.toLocaleString('en-US')} items`;

/**
 * Processor seconds of the line's parts, by name. An epoch over everything is its number of steps by the time of a step. What
 * training takes beside its steps is the start, and choosing on the validation cases.
 */
function timesOf({ seconds, trainings }: Measured): Record<string, number> {
  const { stepSeconds, steps } = trainings.at(-1)!;
  return {
    dataset: seconds.dataset, 'one epoch': stepSeconds * steps,
    'start and choosing': Math.max(0, seconds.train - trainings.reduce((sum, one) => sum + one.stepSeconds * one.taken, 0)),
    compress: seconds.compress, evaluate: seconds.evaluate,
  };
}

/** One epoch to choose, one on everything, and all else. */
function wholeOf(one: Measured): number {
  return Object.values(timesOf(one)).reduce((sum, seconds) => sum + seconds, 0) + one.trainings[0].stepSeconds * one.trainings[0].steps;
}

function table(line: readonly Measured[], stored: Stored): string {
  const header = ['events', '>items', ...Object.keys(timesOf(line[0])).map((name) => `>${name}`), '>peak memory'];
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const rows = line.map((one) => [
    one.events.toLocaleString('en-US'), one.items.toLocaleString('en-US'),
    ...Object.values(timesOf(one)).map((seconds) => `${seconds.toLocaleString('en-US', { maximumFractionDigits: seconds < 10 ? 1 : 0 })} s`), megabytes(one.peakBytes),
  ]);
  return `${markdownTable(header, rows)}\n\nSeconds of the processor, all threads; memory of the training's process. With the embedded database in the same process, ${named(stored)}: ${megabytes(stored.peakBytes)}, reading ${stored.readSeconds.toFixed(0)} s.`;
}

function plot(line: readonly Measured[], along: keyof Shop, x: string): string {
  const names = Object.keys(timesOf(line[0]));
  const lines = names.map((name, at): PlotLine => ({
    name, ours: at < 2, points: line.map((one) => ({ x: one[along], y: Math.max(0.01, timesOf(one)[name]) })),
  }));
  const total = { name: 'all of it', ours: true, points: line.map((one) => ({ x: one[along], y: wholeOf(one) })) };
  return latencyPlot([...lines, total], { x, y: 'processor seconds' });
}
