import type { Device } from '../../../config.ts';
import { createRandom } from '../../dataset/random.ts';
import type { Evaluation, EvaluationRow } from '../../types.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { coOccurrence } from '../baselines/co-occurrence.ts';
import { itemKnn } from '../baselines/item-knn.ts';
import { popularity } from '../baselines/popularity.ts';
import { sessionPopularity } from '../baselines/session-popularity.ts';
import { vmisKnn } from '../baselines/vmis-knn.ts';
import { chooseSettings, samplePredictions } from './choose-settings.ts';
import type { Problem } from './problem.ts';
import { rankWith } from './rank-with.ts';
import { type Ranker, scorePredictions } from './score-predictions.ts';
import { shippedRanker } from './shipped-ranker.ts';
import { trainOnLists, type TrainedOnLists } from './train-on-lists.ts';

/** Models by the name `--model` takes, in the order of the table. */
export const MODELS = ['popularity', 'session-popularity', 'item-knn', 'vmis-knn', 'co-occurrence', 'ncf', 'float32', 'held-back', 'shipped'] as const;
export type ModelName = (typeof MODELS)[number];

const BASELINES = { popularity, 'session-popularity': sessionPopularity, 'item-knn': itemKnn, 'vmis-knn': vmisKnn, 'co-occurrence': coOccurrence } as const;

/** Shares of a budget after which no search for settings goes on, and no epoch of NCF begins. */
const SEARCH_UNTIL = 0.3;
const NCF_UNTIL = 0.5;
/** Share of what is then left that our model may be trained and searched for; the rest is for learning once more, for its mixture, its codec and for answering. */
const TRAINING_SHARE = 0.35;

export interface EvaluateProblemOptions {
  /** Name of the data, for the table. */
  readonly dataset: string;
  readonly models: readonly ModelName[];
  readonly seed: number;
  /** Items of the session are never recommended, by any model. */
  readonly withoutSeen?: boolean;
  /** Seconds for everything. */
  readonly budget?: number;
  readonly epochs?: number;
  /** What our model is trained on; `auto` by default. */
  readonly device?: Device;
  readonly clock?: () => number;
  readonly signal?: AbortSignal;
  /** A line about what is being done now. */
  readonly onProgress?: (line: () => string) => void;
  /** A line that stays. */
  readonly onNote?: (line: string) => void;
  /** Called with each row as it is ready. */
  readonly onRow?: (row: EvaluationRow) => void;
}

/**
 * Every model on the test predictions of a problem; settings are chosen on the same validation predictions by NDCG@20.
 * Then they learn from `known`, what chose the settings included; NCF, whose epochs are chosen as it learns, from `train` only.
 * @returns the evaluation, and our model where it was trained
 * @throws VitrineError `cancelled`, and what training throws
 */
export async function evaluateProblem(problem: Problem, options: EvaluateProblemOptions): Promise<{ evaluation: Evaluation; trained?: TrainedOnLists }> {
  const { models, seed, withoutSeen = false, signal, clock = () => performance.now(), onProgress } = options;
  const items = problem.itemIds.length;
  const begun = clock();
  const spent = (share: number) => () => options.budget !== undefined && clock() - begun > options.budget * 1000 * share;
  const rows: EvaluationRow[] = [];
  const score = async (model: ModelName, started: number, rank: Ranker, row: Pick<EvaluationRow, 'bytes' | 'settings'>, before = 0): Promise<void> => {
    const learning = before + (clock() - started) / 1000;
    const test = await scorePredictions(rank, problem.test, items, {
      signal, onProgress: (done) => onProgress?.(() => `${model}: ${done.toLocaleString('en-US')} of ${problem.test.target.length.toLocaleString('en-US')} predictions`),
    });
    const made: EvaluationRow = { model, ...test, seconds: before + (clock() - started) / 1000, learning, ...row };
    rows.push(made);
    options.onRow?.(made);
  };
  const validation = samplePredictions(problem.validation, createRandom(seed));

  const runBaseline = async <Settings extends object>(model: ModelName, baseline: Baseline<Settings>): Promise<void> => {
    const started = clock();
    onProgress?.(() => `${model}: choosing settings on ${validation.target.length.toLocaleString('en-US')} validation predictions`);
    const chosen = await chooseSettings(baseline, baseline.prepare(problem.train, items), validation, items, { withoutSeen, signal, deadline: spent(SEARCH_UNTIL) });
    const fitted = baseline.prepare(problem.known, items)(chosen);
    await score(model, started, rankWith(fitted.score, items, withoutSeen), { bytes: fitted.bytes, settings: chosen as EvaluationRow['settings'] });
  };

  let trained: TrainedOnLists | undefined;
  const train = async (): Promise<TrainedOnLists> => trained ??= await trainOnLists(problem, {
    seed, withoutSeen, epochs: options.epochs, device: options.device, signal, onNote: options.onNote,
    searchSeconds: options.budget === undefined ? undefined : Math.max(1, (options.budget - (clock() - begun) / 1000) * TRAINING_SHARE),
    onProgress: ({ epoch, epochs, step, steps, loss, validation: reached, secondsLeft }) => onProgress?.(() =>
      `training: epoch ${epoch}/${epochs}, step ${step}/${steps}, loss ${loss.toFixed(4)}${reached ? `, ${reached.name} on validation ${reached.value.toFixed(4)}` : ''}, ${Math.round(secondsLeft)} s left`),
  });
  let training = 0; // seconds, counted in both rows of our model

  for (const model of MODELS.filter((name) => models.includes(name))) {
    if (model === 'ncf') {
      const started = clock();
      const { trainNcf } = await withTfjs(() => import('../baselines/ncf.ts'));
      const ncf = await trainNcf(problem, {
        seed, signal, deadline: spent(NCF_UNTIL),
        validate: async (scores) => (await scorePredictions(rankWith(scores, items, withoutSeen), validation, items, { signal })).metrics['NDCG@20'],
        onProgress: ({ epoch, step, steps, loss }) => onProgress?.(() => `ncf: epoch ${epoch}, step ${step}/${steps}, loss ${loss.toFixed(4)}`),
      });
      await score(model, started, rankWith(ncf.score, items, withoutSeen), { bytes: ncf.bytes, settings: { epochs: ncf.epochs } });
    } else if (model === 'float32' || model === 'held-back' || model === 'shipped') {
      const started = clock();
      const fresh = trained === undefined;
      const { checkpoint, shipped, heldBack, settings } = await train();
      if (fresh) training = (clock() - started) / 1000;
      const again = fresh ? 0 : training;
      if (model !== 'float32') {
        const { model: ranked, file } = model === 'shipped' ? shipped : heldBack;
        await score(model, started, shippedRanker(ranked, problem.itemIds, withoutSeen), { bytes: file.length, settings }, again);
      } else {
        const { floatRanker } = await withTfjs(() => import('./float-ranker.ts'));
        const { rank, dispose } = floatRanker(checkpoint, problem.itemIds, withoutSeen);
        const bytes = [...checkpoint.params.values()].reduce((size, { data }) => size + data.byteLength, checkpoint.neighbours.row.byteLength + checkpoint.neighbours.weight.byteLength);
        try {
          await score(model, started, rank, { bytes, settings }, again);
        } finally {
          dispose();
        }
      }
    } else {
      await runBaseline<object>(model, BASELINES[model] as Baseline<object>);
    }
  }
  return { trained, evaluation: { dataset: options.dataset, protocol: describe(problem, withoutSeen), goal: 'view', seed, cases: problem.test.target.length, rows } };
}

/** What was held out, what is ranked, and what counts as right; the popularity of what came, to compare a model's with. */
export function describe({ protocol, test, itemIds }: Problem, withoutSeen: boolean): string {
  const clusters = new Set(test.cluster).size;
  const known = test.target.filter((row) => row >= 0);
  const unknown = test.target.length - known.length;
  const popular = 1 - known.reduce((sum, row) => sum + row, 0) / Math.max(1, known.length) / Math.max(1, itemIds.length - 1);
  const count = (value: number, one: string, many: string) => `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;
  const question = {
    'next-item': `every position of ${count(clusters, 'test session', 'test sessions')}`,
    'leave-one-out': `last item of ${count(clusters, 'user', 'users')}; the one before chose the settings and was then learned from`,
    instances: `target of ${count(clusters, 'test line', 'test lines')}`,
  }[protocol];
  return `${protocol}: ${question}; all ${itemIds.length.toLocaleString('en-US')} items ranked, items seen ${withoutSeen ? 'left out' : 'may come again'}; `
    + `${count(unknown, 'target', 'targets')} unknown to training (${unknown === 1 ? 'a miss' : 'misses'} for every model); popularity of what came ${popular.toFixed(3)}`;
}

async function withTfjs<Module>(load: () => Promise<Module>): Promise<Module> {
  await import('../../train/tfjs-resolution.ts');
  const { startTfjs } = await import('../../train/start-tfjs.ts');
  await startTfjs();
  return load();
}
