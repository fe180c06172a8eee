import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import type { RecommendationModel } from '@vitrine/sdk/core';
import { buildSequences } from '../../plugin-server/src/pipeline/dataset/sequences.ts';
import { shippedRecommender } from '../../plugin-server/src/pipeline/evaluate/recommenders.ts';
import { newCases, scoreCases, type Score } from '../../plugin-server/src/pipeline/train/update/score-on-new.ts';
import type { Evaluation, Interactions } from '../../plugin-server/src/pipeline/types.ts';
import type { ShopData } from './new-items.ts';
import type { QualityOptions } from './run.ts';

const DAY = 86_400;

/** One simulated day: what each way of keeping up to date scores on the days after it, and what it cost. */
interface Day {
  readonly day: number;
  readonly cases: number;
  readonly update: Score & { readonly seconds: number };
  readonly full?: Score & { readonly seconds: number };
  readonly never: Score;
}

/**
 * `npm run quality -- daily-updates [DATA]`: a full training, then an update every day for thirty days, each learning from
 * what came that day. Beside it, on every fifth day (every fifteenth of more than 300,000 interactions), a full training
 * on the same past. Each model is scored as shipped on the orders and visits of the two days after it; the
 * first model, never updated, too. Seconds are processor seconds of all threads.
 */
export async function run(options: QualityOptions): Promise<Evaluation[]> {
  const { readShopData } = await import('./shop-data.ts');
  return measure(await readShopData(options.data ?? 'simulated-shop', options), options);
}

async function measure({ name, interactions, products, launched }: ShopData, { seed, epochs, smoke, note }: QualityOptions): Promise<Evaluation[]> {
  const [{ startTfjs }, { runLine }, { updateLine }, { previewModel }] = await Promise.all([
    import('../../plugin-server/src/pipeline/train/start-tfjs.ts'), import('../../plugin-server/src/pipeline/run.ts'),
    import('../../plugin-server/src/pipeline/update-line.ts'), import('../../plugin-server/src/pipeline/compress/compress-recommendation.ts'),
  ]);
  await startTfjs();
  const days = smoke ? 3 : 30;
  const fullEvery = smoke ? 3 : interactions.item.length > 300_000 ? 15 : 5;
  const calendar = tradingDays(interactions);
  const first = calendar.length - days - 3;
  const before = (day: number) => calendar[first + day];
  const sold = (day: number) => products.filter(({ id }) => (launched?.get(id) ?? -Infinity) < before(day));

  const train = async (day: number) => {
    const cpu = processorSeconds();
    const result = await runLine(until(interactions, before(day)), { dataset: name, seed, epochs, products: sold(day), keepCheckpoint: true });
    return { model: previewModel(result.packed), learned: result.learned!, seconds: cpu() };
  };
  const score = (model: RecommendationModel, day: number): Score & { cases: number } => {
    const from = before(day);
    const sequences = buildSequences(until(interactions, before(day + 2)), { validationFrom: from, testFrom: from });
    const cases = newCases(sequences, sequences.train, sequences.previous.length, seed, Infinity);
    return { ...scoreCases(shippedRecommender(model, sequences.itemIds), cases, sequences.itemIds.length), cases: cases.length };
  };

  note(`${name}: training on everything before ${date(before(0))} …`);
  const start = await train(0);
  note(`first training: ${start.seconds.toFixed(1)} processor seconds`);
  let { learned, model } = start;
  const results: Day[] = [];
  for (let day = 1; day <= days; day++) {
    const cpu = processorSeconds();
    const updated = await updateLine(until(interactions, before(day)), { learned, live: model, products: sold(day), seed });
    const seconds = cpu();
    learned = updated.learned;
    model = previewModel(updated.packed);
    const { cases, ...update } = score(model, day);
    const full = day % fullEvery === 0 ? await train(day) : undefined;
    const result: Day = { day, cases, update: { ...update, seconds }, never: score(start.model, day), full: full && { ...score(full.model, day), seconds: full.seconds } };
    results.push(result);
    note(`day ${day}, ${date(before(day))}: ${updated.groups} new orders and visits, ${updated.placed} products placed; ${line('update', result.update)}${result.full ? `; ${line('full', result.full)}` : ''}; never ${percent(result.never.ndcg)} / ${percent(result.never.hr)}`);
  }
  return [summary(name, seed, results, start.seconds, fullEvery), ...results.flatMap((one) => (one.full ? [oneDay(name, seed, one)] : []))];
}

/** The beginning of each day on which anything happened, and the end of the last. */
function tradingDays({ time }: Interactions): number[] {
  const days = new Set(time.map((seconds) => Math.floor(seconds / DAY)));
  const sorted = [...days].sort((a, b) => a - b);
  return [...sorted, sorted.at(-1)! + 1].map((day) => day * DAY);
}

/** What had happened before a moment; items that nobody had touched are not in it. */
function until({ itemIds, item, kind, group, actor, time }: Interactions, moment: number): Interactions {
  const end = time.findIndex((seconds) => seconds >= moment);
  const size = end < 0 ? time.length : end;
  // Items are numbered by first appearance, so those known by then come first.
  const known = item.subarray(0, size).reduce((most, row) => Math.max(most, row + 1), 0);
  return { itemIds: itemIds.slice(0, known), item: item.slice(0, size), kind: kind.slice(0, size), group: group.slice(0, size), actor: actor.slice(0, size), time: time.slice(0, size) };
}

function summary(dataset: string, seed: number, results: readonly Day[], first: number, fullEvery: number): Evaluation {
  const compared = results.filter(({ full }) => full);
  const mean = (of: readonly Day[], value: (day: Day) => number) => of.reduce((sum, day) => sum + value(day), 0) / Math.max(1, of.length);
  const row = (model: string, of: readonly Day[], part: (day: Day) => Score & { readonly seconds?: number }) => ({
    model, seconds: mean(of, (day) => part(day).seconds ?? 0),
    metrics: { 'NDCG@20': mean(of, (day) => part(day).ndcg), 'HR@20': mean(of, (day) => part(day).hr) },
  });
  return {
    dataset, goal: 'view', seed, cases: results.reduce((sum, { cases }) => sum + cases, 0),
    protocol: `${results.length} daily updates, each scored on the two days after it, all tasks; full trainings on every ${fullEvery}th day on the same past; times are processor seconds (the first training: ${first.toFixed(1)} s)`,
    rows: [
      row('full training, days compared', compared, ({ full }) => full!), row('update, the same days', compared, ({ update }) => update),
      row('never updated, the same days', compared, ({ never }) => never), row('update, all days', results, ({ update }) => update), row('never updated, all days', results, ({ never }) => never),
    ],
  };
}

function oneDay(dataset: string, seed: number, { day, cases, full, update, never }: Day): Evaluation {
  const row = (model: string, { ndcg, hr, seconds = 0 }: Score & { readonly seconds?: number }) => ({ model, seconds, metrics: { 'NDCG@20': ndcg, 'HR@20': hr } });
  return { dataset, goal: 'view', seed, cases, protocol: `day ${day}: the two days after it`, rows: [row('full training', full!), row('update', update), row('never updated', never)] };
}

/** Processor seconds of all threads from now on. */
function processorSeconds(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
}

const percent = (value: number) => (100 * value).toFixed(2);
const line = (name: string, { ndcg, hr, seconds }: Score & { readonly seconds: number }) => `${name} ${percent(ndcg)} / ${percent(hr)} in ${seconds.toFixed(1)} s`;
const date = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
