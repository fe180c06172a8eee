import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { selectTop } from '@vitrine/sdk/core';
import { buildDataset } from '../../plugin-server/src/pipeline/dataset/build-dataset.ts';
import { buildCases, type Case, TASK_GOAL, TASKS } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import { createRandom } from '../../plugin-server/src/pipeline/dataset/random.ts';
import { buildSequences, type Sequences } from '../../plugin-server/src/pipeline/dataset/sequences.ts';
import { RankingMetrics } from '../../plugin-server/src/pipeline/evaluate/metrics.ts';
import { type Recommender, shippedRecommender } from '../../plugin-server/src/pipeline/evaluate/recommenders.ts';
import { type Catalogue, chooseContentSettings, readCatalogue } from '../../plugin-server/src/pipeline/train/content/choose-settings.ts';
import { wordsOf } from '../../plugin-server/src/pipeline/train/content/hash-features.ts';
import { createNearest } from '../../plugin-server/src/pipeline/train/content/nearest-content.ts';
import { placeNewItems } from '../../plugin-server/src/pipeline/train/content/place-new-items.ts';
import type { Checkpoint, Evaluation, Interactions, ProductContent } from '../../plugin-server/src/pipeline/types.ts';
import { validationCases } from '../../plugin-server/src/pipeline/train/validation-cases.ts';
import { hideItems, questionsAbout } from './hide-items.ts';
import type { QualityOptions } from './run.ts';

/** A shop's past and its catalogue. */
export interface ShopData {
  readonly name: string;
  readonly interactions: Interactions;
  readonly products: readonly ProductContent[];
  /** When each product was added, seconds since 1970; where it is not known, always. */
  readonly launched?: ReadonlyMap<string, number>;
  /** Where testing begins; by default with the newest tenth of the groups. */
  readonly split?: { readonly validationFrom: number; readonly testFrom: number };
}

const K = 20;
/** Share of the items hidden. */
const HIDDEN = 0.1;
/** Cases of a task at most. */
const CASES = 2000;

/**
 * `npm run quality -- new-items [DATA]`: a tenth of the items, drawn at random from those touched before the test begins, is
 * taken out of everything before it, as if added on that day; the model is trained on the rest and places them by their
 * content. Asked are the cases of the newest tenth of orders and visits: a session without any hidden item, of whose
 * answers only those count that are hidden and not in the session. All items are ranked, the known ones too.
 */
export async function run(options: QualityOptions): Promise<Evaluation[]> {
  const { readShopData } = await import('./shop-data.ts');
  return measureNewItems(await readShopData(options.data ?? 'online-retail', options), options);
}

async function measureNewItems({ name, interactions, products, split: given }: ShopData, { seed, epochs, note }: QualityOptions): Promise<Evaluation[]> {
  const { startTfjs } = await import('../../plugin-server/src/pipeline/train/start-tfjs.ts');
  await startTfjs();
  const full = buildSequences(interactions, given);
  const { split } = full;
  const hiding = hideItems(interactions, { share: HIDDEN, from: split.testFrom, seed });
  const hidden = new Set(full.itemIds.flatMap((id, row) => (hiding.hidden.has(id) ? [row] : [])));
  note(`${name}: ${hidden.size} of ${full.itemIds.length} items hidden before ${new Date(split.testFrom * 1000).toISOString().slice(0, 10)}. Training with their history …`);
  const known = await train(interactions, split, { seed, epochs });
  note('Training without it …');
  const cold = await train(hiding.interactions, split, { seed, epochs });

  const catalogue = readCatalogue(products);
  const { occurrences } = cold.dataset.counts;
  const started = performance.now();
  const { settings, trials } = chooseContentSettings(cold.checkpoint, catalogue, occurrences, cold.cases, seed);
  const choosing = (performance.now() - started) / 1000;
  const best = trials.find((trial) => Object.entries(settings).every(([key, value]) => trial[key as keyof typeof settings] === value));
  note(`Chosen on validation in ${choosing.toFixed(1)} s: ${JSON.stringify(settings)}${best ? `; reached ${best.reached.toFixed(3)}, cost ${best.cost.toFixed(3)}` : ''}`);
  const ids = products.map(({ id }) => id);
  const place = (chosen = settings) => placeNewItems(cold.checkpoint, { catalogue, occurrences, ids, settings: chosen, companions: cold.companions });
  const placing = performance.now();
  const placed = place();
  note(`Placed ${placed.itemIds.length - placed.placed!.from} items in ${((performance.now() - placing) / 1000).toFixed(1)} s.`);

  const learned = full.itemIds.flatMap((id, row) => (catalogue.rowOf.has(id) && !hidden.has(row) ? [row] : []));
  const recommenders: [string, Recommender][] = [
    ['known: with their history', shippedRecommender(await known.ship(known.checkpoint), full.itemIds)],
    ['ours, as shipped', shippedRecommender(await cold.ship(placed), full.itemIds)],
    ['ours, vectors only', shippedRecommender(await cold.ship(place({ ...settings, strength: 0 })), full.itemIds)],
    ['random places', shippedRecommender(await cold.ship(atRandom(place({ ...settings, strength: 0 }), seed)), full.itemIds)],
    ['popularity in type', popularityInType(full, products, hidden)],
    ['content kNN', contentNeighbours(full, catalogue, learned, hidden)],
    ['not placed', shippedRecommender(await cold.ship(cold.checkpoint), full.itemIds)],
  ];
  return TASKS.flatMap((task) => {
    const cases = buildCases(full, task, full.validation, full.previous.length, createRandom(seed), CASES);
    const asked = questionsAbout(cases, hidden, (row) => hidden.has(row));
    if (asked.length === 0) return [];
    const others = questionsAbout(cases, hidden, (row) => !hidden.has(row));
    let reference = 0;
    const rows = recommenders.map(([model, recommend]) => {
      const begun = performance.now();
      const found = score(recommend, asked, full.itemIds.length)['recall@20'];
      if (model.startsWith('known')) reference = found;
      const rest = score(recommend, others, full.itemIds.length);
      const amongNew = score(onlyRows(recommend, hidden, full.itemIds.length), asked, full.itemIds.length)['recall@20'];
      return {
        model, seconds: (performance.now() - begun) / 1000,
        metrics: { 'new: recall@20': found, 'of known': reference > 0 ? found / reference : 0, 'others: NDCG@20': rest['NDCG@20'], 'others: recall@20': rest['recall@20'], 'ranking the new alone: recall@20': amongNew },
        errors: { 'new: recall@20': Math.sqrt((found * (1 - found)) / asked.length) },
      };
    });
    return [{
      dataset: name, goal: TASK_GOAL[task], seed, cases: asked.length, rows,
      protocol: `${task}: newest tenth of orders and visits; a tenth of the items hidden from all before; answers that are hidden and new to the session; all items ranked (last column: the hidden ones alone)`,
    }];
  });
}

async function train(interactions: Interactions, split: ShopData['split'], { seed, epochs }: Pick<QualityOptions, 'seed' | 'epochs'>) {
  const [{ trainRecommendation }, { applyCodec, chooseCodec, codecCases }, { previewModel }] = await Promise.all([
    import('../../plugin-server/src/pipeline/train/train-recommendation.ts'), import('../../plugin-server/src/pipeline/compress/choose-codec.ts'),
    import('../../plugin-server/src/pipeline/compress/compress-recommendation.ts'),
  ]);
  const dataset = buildDataset(interactions, split);
  const { sequences } = dataset;
  const { checkpoint } = await trainRecommendation(dataset, { seed, epochs });
  const sessions = codecCases(sequences, seed);
  const { codec } = chooseCodec(checkpoint, sessions);
  return {
    dataset, cases: validationCases(sequences, seed), checkpoint, companions: codec.neighbours,
    ship: (made: Checkpoint) => previewModel(applyCodec(made, { ...codec, neighbours: made.placed?.companions ?? codec.neighbours }, sessions.training)),
  };
}

function score(recommend: Recommender, cases: readonly Case[], items: number): Record<string, number> {
  const metrics = new RankingMetrics(K, items);
  for (const question of cases) metrics.add(recommend(question, K), question.targets);
  return metrics.result();
}

/** The order that a recommender gives these rows, all others left out. */
function onlyRows(recommend: Recommender, rows: ReadonlySet<number>, items: number): Recommender {
  return (question, k) => recommend(question, items).filter((row) => rows.has(row)).slice(0, k);
}

/** New items with random directions; biases as they are placed. */
function atRandom(checkpoint: Checkpoint, seed: number): Checkpoint {
  const random = createRandom(seed);
  const { dim } = checkpoint.config;
  const table = checkpoint.params.get('item_table')!;
  const data = table.data.slice();
  for (let at = checkpoint.placed!.from * dim; at < data.length; at++) data[at] = random() - 0.5;
  return { ...checkpoint, params: new Map([...checkpoint.params, ['item_table', { ...table, data }]]) };
}

/** Items of the session's types, by popularity; a new item is as popular as its type's on average. A product without a type has its title's last word. */
function popularityInType(full: Sequences, products: readonly ProductContent[], hidden: ReadonlySet<number>): Recommender {
  const typeOf = new Map(products.map(({ id, productType, title }) => [id, productType || (wordsOf(title).at(-1) ?? '')]));
  const types = full.itemIds.map((id) => typeOf.get(id));
  const popularity = new Float64Array(full.itemIds.length);
  const random = createRandom(1);
  for (let at = 0; at < full.start[full.train]; at++) popularity[full.item[at]]++;
  const rowsOf = Map.groupBy(full.itemIds.keys(), (row) => types[row]);
  for (const rows of rowsOf.values()) {
    const learned = rows.filter((row) => !hidden.has(row));
    const mean = learned.reduce((sum, row) => sum + popularity[row], 0) / Math.max(1, learned.length);
    // Rows are numbered by popularity, the hidden ones' too: what is equal must not be told apart by that.
    for (const row of rows) if (hidden.has(row)) popularity[row] = mean * (1 + 1e-6 * random());
  }
  return ({ items, withoutSeen }, k) => {
    const scores = new Float64Array(full.itemIds.length);
    for (const item of items) if (types[item] !== undefined) for (const row of rowsOf.get(types[item])!) scores[row] += popularity[row];
    return selectTop(scores, k, withoutSeen ? new Set(items) : new Set()).map(({ row }) => row);
  };
}

/** Items most alike by content to those of the session, the newest ten of it: the sum of the cosines. */
function contentNeighbours(full: Sequences, { matrix, rowOf }: Catalogue, learned: readonly number[], hidden: ReadonlySet<number>): Recommender {
  const all = [...learned, ...hidden].filter((row) => rowOf.has(full.itemIds[row]));
  const rowsOfMatrix = Int32Array.from(all, (row) => rowOf.get(full.itemIds[row])!);
  const back = new Map(all.map((row, i) => [rowsOfMatrix[i], row]));
  const find = createNearest(matrix, rowsOfMatrix);
  const found = new Map<number, { row: number; cosine: number }[]>();
  const alike = (row: number) => {
    let list = found.get(row);
    if (!list) found.set(row, (list = find(row, 200)));
    return list;
  };
  return ({ items, withoutSeen }, k) => {
    const scores = new Float64Array(full.itemIds.length);
    for (const item of items.slice(-10)) {
      const row = rowOf.get(full.itemIds[item]);
      if (row !== undefined) for (const { row: other, cosine } of alike(row)) scores[back.get(other)!] += cosine;
    }
    return selectTop(scores, k, withoutSeen ? new Set(items) : new Set()).map(({ row }) => row);
  };
}
