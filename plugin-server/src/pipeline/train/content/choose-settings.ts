import { previewModel, compressRecommendation, unitRows } from '../../compress/compress-recommendation.ts';
import type { Case } from '../../dataset/cases.ts';
import { createRandom, shuffle } from '../../dataset/random.ts';
import type { Checkpoint } from '../../types.ts';
import { buildContentMatrix, type ContentMatrix } from './content-matrix.ts';
import { fitTower, type LearnedItems, MOST_LEARNED, type TowerKind } from './fit-tower.ts';
import { HeldOutQuestions, type Placement } from './held-out-questions.ts';
import type { ProductContent } from './product-content.ts';

/** How items are placed that nobody has touched yet. */
export interface ContentSettings {
  readonly tower: TowerKind;
  /** Of the ridge. */
  readonly penalty: number;
  /** Length of their vectors: a direction that is only guessed should count for less than a learned one. */
  readonly length: number;
  /** Added to the bias that items like them have. */
  readonly shift: number;
}

/** One way to place them, and what it reached on the items held out. */
export interface ContentTrial extends ContentSettings, Placement {}

/** Without enough to choose by. */
export const CAUTIOUS: ContentSettings = { tower: 'ridge', penalty: 10, length: 0.6, shift: 1.5 };

/**
 * Share of the learned items held out to choose by, and the share of their NDCG@20 that the other items may lose to them:
 * the same, so that a tenth of the catalogue that is new takes a tenth of what the others had, and no more.
 */
const SHARE = 0.1;
/** With fewer cases chance would choose. */
const FEWEST_CASES = 50;

const TOWER_CHOICES: readonly (readonly [TowerKind, number])[] = [['ridge', 3], ['ridge', 10], ['ridge', 30], ['nearest', 0], ['both', 10]];
const LENGTHS = [1, 0.8, 0.6, 0.4];
const SHIFTS = Array.from({ length: 33 }, (_, step) => -2 + 0.25 * step);

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
  const modelRows = Int32Array.from(checkpoint.itemIds.keys()
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
 * Chooses how new items are placed. A tenth of the learned items is placed by content alone, with a tower fitted to the
 * others, and ranked on the shop's validation cases. Of the ways that cost the other answers no more than a tenth of
 * their NDCG@20, the one with the best recall@20 of the answers that are held out.
 */
export function chooseContentSettings(
  checkpoint: Checkpoint, catalogue: Catalogue, occurrences: ArrayLike<number>, cases: readonly Case[], seed: number,
): { readonly settings: ContentSettings; readonly trials: readonly ContentTrial[] } {
  const all = learnedItems(checkpoint, catalogue, occurrences).modelRows;
  const held = shuffle(all.slice(), createRandom(seed)).slice(0, Math.round(all.length * SHARE)).sort();
  const questions = new HeldOutQuestions(previewModel(compressRecommendation(checkpoint)), cases, held);
  if (questions.count < FEWEST_CASES) return { settings: CAUTIOUS, trials: [] };
  const isHeld = new Set(held);
  const learned = learnedItems(checkpoint, catalogue, occurrences, (row) => !isHeld.has(row));
  const floor = questions.without * (1 - SHARE);

  const trials: ContentTrial[] = [];
  for (const [tower, penalty] of TOWER_CHOICES) {
    const { vectors, bias } = placeRows(fitTower(catalogue.matrix, learned, { kind: tower, penalty }), Int32Array.from(held, (row) => catalogue.rowOf.get(checkpoint.itemIds[row])!), learned.dim);
    for (const length of LENGTHS) {
      let last: ContentTrial | undefined;
      for (const shift of SHIFTS) {
        const placement = questions.score(vectors, bias, length, shift);
        if (placement.others < floor) break;
        last = { tower, penalty, length, shift, ...placement };
      }
      if (last) trials.push(last);
    }
  }
  const best = trials.reduce<ContentTrial | undefined>((one, other) => (!one || other.recall > one.recall ? other : one), undefined);
  if (!best) return { settings: { ...CAUTIOUS, shift: SHIFTS[0] }, trials };
  const { tower, penalty, length, shift } = best;
  return { settings: { tower, penalty, length, shift }, trials };
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
