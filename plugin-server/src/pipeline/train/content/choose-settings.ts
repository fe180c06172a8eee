import { previewModel, compressRecommendation, unitRows } from '../../compress/compress-recommendation.ts';
import type { Case, Task } from '../../dataset/cases.ts';
import { createRandom, shuffle } from '../../dataset/random.ts';
import type { Checkpoint, ProductContent } from '../../types.ts';
import { buildContentMatrix, type ContentMatrix } from './content-matrix.ts';
import { fitTower, type LearnedItems, MOST_LEARNED, type TowerKind } from './fit-tower.ts';
import { HeldOutQuestions } from './held-out-questions.ts';
import { inheritCompanions, type Lists } from './inherit-companions.ts';
import { type Alike, createNearest } from './nearest-content.ts';

/** How items are placed that nobody has touched yet. */
export interface ContentSettings {
  readonly tower: TowerKind;
  /** Of the ridge. */
  readonly penalty: number;
  /** Length of their vectors: a direction that is only guessed should count for less than a learned one. */
  readonly length: number;
  /** Added to the bias that items like them have. */
  readonly shift: number;
  /** What the companions they take over from items like them are multiplied by; 0: none. */
  readonly strength: number;
}

/** One way to place them, and what it reached on the items held out. */
export interface ContentTrial extends ContentSettings {
  /** Recall@20 of their answers, over what the model reaches that knows them; mean of the tasks, each at most 1. */
  readonly reached: number;
  /** Share of their NDCG@20 that the other answers lost. */
  readonly cost: number;
}

/** Without enough to choose by. */
export const CAUTIOUS: ContentSettings = { tower: 'ridge', penalty: 10, length: 0.6, shift: 1.5, strength: 0.5 };

/**
 * Share of the learned items held out to choose by, and the share of their NDCG@20 that the other items may lose to them:
 * the same, so that a fifth of the catalogue that is new takes a fifth of what the others had, and no more.
 */
const SHARE = 0.2;
/** What the others lose counts so much beside what the new items reach: today's answers are known, tomorrow's favourites are not. */
const COST_COUNTS = 0.5;
/** Cases of each task that choose, at most. */
const MOST_CASES = 500;

const TOWER_CHOICES: readonly (readonly [TowerKind, number])[] = [['ridge', 3], ['nearest', 0], ['both', 10]];
const LENGTHS = [1, 0.6];
const STRENGTHS = [0, 1];
const SHIFTS = Array.from({ length: 15 }, (_, step) => -2 + 0.5 * step);

/** Products most alike that are looked for. */
const NEAREST = 10;

/** The items that shoppers' data placed, with the rows of their content. */
export interface Catalogue {
  readonly matrix: ContentMatrix;
  /** Row of the matrix, by product id. */
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The content of every product, ready for a tower. */
export function readCatalogue(products: readonly ProductContent[]): Catalogue {
  return { matrix: buildContentMatrix(products), rowOf: new Map(products.map(({ id }, row) => [id, row])) };
}

/**
 * Learned items whose content is known, the longest history first, at most MOST_LEARNED.
 * @param occurrences groups that hold each row's item
 */
export function learnedItems(checkpoint: Checkpoint, { rowOf }: Catalogue, occurrences: ArrayLike<number>, accepts: (row: number) => boolean = () => true): LearnedItems & { readonly modelRows: Int32Array } {
  const { dim } = checkpoint.config;
  const modelRows = Int32Array.from(Array.from(checkpoint.itemIds.keys())
    .filter((row) => occurrences[row] > 0 && rowOf.has(checkpoint.itemIds[row]) && accepts(row)))
    .sort((a, b) => occurrences[b] - occurrences[a] || a - b).slice(0, MOST_LEARNED).sort();
  const table = unitRows(checkpoint.params.get('item_table')!.data, dim);
  const bias = checkpoint.params.get('item_bias')!.data;
  const vectors = new Float32Array(modelRows.length * dim);
  modelRows.forEach((row, i) => vectors.set(table.subarray(row * dim, (row + 1) * dim), i * dim));
  return {
    modelRows, dim, vectors, rows: modelRows.map((row) => rowOf.get(checkpoint.itemIds[row])!),
    occurrences: Float32Array.from(modelRows, (row) => occurrences[row]), bias: Float32Array.from(modelRows, (row) => bias[row]),
  };
}

/**
 * Chooses how new items are placed. A fifth of the learned items is placed by content alone, with a tower fitted to the
 * others, and ranked on the shop's validation cases. Of the ways that cost the other answers no more than a fifth of
 * their NDCG@20, the one with the most of what the model reaches that knows the items, less half of that cost.
 */
export function chooseContentSettings(
  checkpoint: Checkpoint, catalogue: Catalogue, occurrences: ArrayLike<number>, allCases: ReadonlyMap<Task, readonly Case[]>, seed: number,
): { readonly settings: ContentSettings; readonly trials: readonly ContentTrial[] } {
  const cases = new Map([...allCases].map(([task, list]) => [task, list.slice(0, MOST_CASES)]));
  const all = learnedItems(checkpoint, catalogue, occurrences);
  const places = shuffle(Int32Array.from(all.modelRows.keys()), createRandom(seed)).slice(0, Math.round(all.modelRows.length * SHARE)).sort();
  const held = places.map((at) => all.modelRows[at]);
  const isHeld = new Set(held);
  const learned = learnedItems(checkpoint, catalogue, occurrences, (row) => !isHeld.has(row));
  if (learned.modelRows.length === 0) return { settings: CAUTIOUS, trials: [] };
  const model = previewModel(compressRecommendation(checkpoint));
  const { incoming } = inheritCompanions(checkpoint.neighbours, checkpoint.itemIds.length, held, alikeOf(catalogue, learned, Array.from(held, (row) => checkpoint.itemIds[row])));
  const questions = new HeldOutQuestions(model, cases, held, incoming);
  const own = new Float32Array(held.length * all.dim);
  places.forEach((at, i) => own.set(all.vectors.subarray(at * all.dim, (at + 1) * all.dim), i * all.dim));
  const ownLists = new HeldOutQuestions(model, cases, held, onlyThese(checkpoint.neighbours, isHeld));
  const reference = ownLists.score(own, Float32Array.from(places, (at) => all.bias[at]), { length: 1, shift: 0, strength: 1 }).recall;
  if (reference.size === 0) return { settings: CAUTIOUS, trials: [] };
  const { without } = questions;

  const trials: ContentTrial[] = [];
  for (const [tower, penalty] of TOWER_CHOICES) {
    const { vectors, bias } = placeRows(fitTower(catalogue.matrix, learned, { kind: tower, penalty }), Int32Array.from(held, (row) => catalogue.rowOf.get(checkpoint.itemIds[row])!), learned.dim);
    for (const [length, strength] of LENGTHS.flatMap((one) => STRENGTHS.map((other) => [one, other]))) {
      for (const shift of SHIFTS) {
        const { recall, others } = questions.score(vectors, bias, { length, shift, strength });
        const cost = 1 - others / without;
        if (cost > SHARE) break;
        const reached = [...reference].reduce((sum, [task, most]) => sum + Math.min(1, most > 0 ? recall.get(task)! / most : 1), 0) / reference.size;
        trials.push({ tower, penalty, length, shift, strength, reached, cost });
      }
    }
  }
  const worth = ({ reached, cost }: ContentTrial) => reached - COST_COUNTS * cost;
  const best = trials.reduce<ContentTrial | undefined>((one, other) => (!one || worth(other) > worth(one) ? other : one), undefined);
  if (!best) return { settings: { ...CAUTIOUS, shift: SHIFTS[0] }, trials };
  const { reached, cost, ...settings } = best;
  return { settings, trials };
}

/** The learned items most alike by content to each of these products, as rows of the model. */
export function alikeOf({ matrix, rowOf }: Catalogue, learned: { readonly rows: Int32Array; readonly modelRows: Int32Array }, ids: readonly string[]): Alike[][] {
  const find = createNearest(matrix, learned.rows);
  const modelRow = new Map(Array.from(learned.rows, (row, i) => [row, learned.modelRows[i]]));
  return ids.map((id) => {
    const row = rowOf.get(id);
    return row === undefined ? [] : find(row, NEAREST).map(({ row: other, cosine }) => ({ row: modelRow.get(other)!, cosine }));
  });
}

/** Lists with the entries that name these rows only. */
function onlyThese({ count, row, weight }: Lists, rows: ReadonlySet<number>): Lists {
  return { count, row, weight: weight.map((value, at) => (rows.has(row[at]) ? value : 0)) };
}

/** What a tower says of rows of its matrix: unit vectors, [rows × dim], and biases. */
export function placeRows(tower: ReturnType<typeof fitTower>, rows: Int32Array, dim: number): { vectors: Float32Array; bias: Float32Array } {
  const vectors = new Float32Array(rows.length * dim);
  const bias = new Float32Array(rows.length);
  rows.forEach((row, i) => {
    const placed = tower.place(row);
    vectors.set(placed.vector, i * dim);
    bias[i] = placed.bias;
  });
  return { vectors, bias };
}
