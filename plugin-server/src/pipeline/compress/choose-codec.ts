import { buildCases, type Case, type Task, TASKS } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';
import { RankingMetrics } from '../evaluate/metrics.ts';
import { shippedRecommender } from '../evaluate/recommenders.ts';
import type { Checkpoint } from '../types.ts';
import { compressRecommendation, type CompressOptions, type PackedModel, previewModel } from './compress-recommendation.ts';
import { type QueryStatistics, queryStatistics } from './query-statistics.ts';

export interface CodecCases {
  /** Sessions whose directions the rounding spares, from training groups. */
  readonly training: readonly Case[];
  /** They decide. */
  readonly validation: readonly Case[];
}

/** A way to compress the model, and what it scored. */
export interface CodecTrial {
  /** E.g. "int4, step 1.2, 8 companions". */
  readonly name: string;
  /** NDCG@20 on the validation cases, of the values as the browser will read them. */
  readonly ndcg: number;
  readonly chosen: boolean;
}

/** How a model was compressed: enough to compress another one like it. */
export interface Codec {
  readonly name: string;
  readonly neighbours?: number;
  /** Of the item table; absent: as fine as int8 can. */
  readonly rounding?: { readonly type: 'int4' | 'int8'; readonly factor: number };
  readonly scores: { readonly codecNdcg?: number; readonly int8Ndcg?: number };
}

/** Companions per item that are tried, before all of them. */
const COMPANIONS = [4, 8, 12];
/** Steps of the table that are tried, the coarsest first, in units of 1/√dim, an entry's usual size. Fine ones need more than four bits. */
const STEPS = [['int4', 2], ['int4', 1.6], ['int4', 1.2], ['int4', 0.8], ['int8', 0.5], ['int8', 0.25]] as const;
/** How much of its NDCG@20 a model may lose to become smaller. */
const TOLERANCE = 0.01;
/** Cases of each task, at most. */
const MOST_CASES = 600;
/** With fewer validation cases their noise would choose: int8 with every companion ships. A shop that has few is small. */
const FEWEST_CASES = 300;

/**
 * Compresses a checkpoint as far as the shop's own validation cases allow.
 *
 * First, in int8: the fewest companions whose NDCG@20 is within one percent of the best number's (fewer are often better:
 * the last ones are noise). Then the coarsest step of the table that is within one percent of full int8 with those
 * companions; full int8, when none is.
 */
export function chooseCodec(checkpoint: Checkpoint, cases: CodecCases): { packed: PackedModel; codec: Codec; trials: CodecTrial[] } {
  const plain = compressRecommendation(checkpoint);
  const queries = queryStatistics(previewModel(plain), cases.training);
  if (!queries || cases.validation.length < FEWEST_CASES) return { packed: named(plain, INT8), codec: INT8, trials: [] };

  const trials: Array<{ name: string; ndcg: number; packed: PackedModel; codec: Omit<Codec, 'scores'> }> = [];
  const attempt = (codec: Omit<Codec, 'scores'>) => {
    const packed = compressRecommendation(checkpoint, optionsOf(codec, plain.config.dim, queries));
    const trial = { codec, name: `${codec.name}, ${packed.config.neighbours} companions`, packed, ndcg: score(packed, cases.validation) };
    trials.push(trial);
    return trial;
  };
  const counts = [...COMPANIONS.filter((count) => count < plain.config.neighbours), plain.config.neighbours];
  const byCount = counts.map((neighbours) => ({ neighbours, trial: attempt({ name: 'int8', neighbours }) }));
  const best = Math.max(...byCount.map(({ trial }) => trial.ndcg));
  const { neighbours, trial: int8 } = byCount.find(({ trial }) => trial.ndcg >= best * (1 - TOLERANCE))!;

  let chosen = int8;
  for (const [type, factor] of STEPS) {
    const trial = attempt({ name: `${type}, step ${factor}`, neighbours, rounding: { type, factor } });
    if (trial.ndcg < int8.ndcg * (1 - TOLERANCE)) continue;
    chosen = trial;
    break;
  }
  const codec = { ...chosen.codec, scores: { codecNdcg: chosen.ndcg, int8Ndcg: int8.ndcg } };
  return {
    packed: named(chosen.packed, codec), codec,
    trials: trials.map((trial) => ({ name: trial.name, ndcg: trial.ndcg, chosen: trial === chosen })),
  };
}

/** @param questions decide instead of cases drawn from the validation groups */
export function codecCases(sequences: Sequences, seed: number, questions?: ReadonlyMap<Task, readonly Case[]>): CodecCases {
  const { train, validation } = sequences;
  const between = (from: number, to: number) => TASKS.flatMap((task) => buildCases(sequences, task, from, to, createRandom(seed), MOST_CASES));
  const given = questions && [...questions.values()].flatMap((cases) => cases.slice(0, MOST_CASES));
  return { training: between(0, train), validation: given ?? between(train, validation) };
}

/** Compresses a model like the one a codec was chosen for: the same settings learned from more data. */
export function applyCodec(checkpoint: Checkpoint, codec: Codec, training: readonly Case[]): PackedModel {
  const queries = codec.rounding && queryStatistics(previewModel(compressRecommendation(checkpoint)), training);
  return named(compressRecommendation(checkpoint, optionsOf(codec, checkpoint.config.dim, queries)), codec);
}

const INT8: Codec = { name: 'int8', scores: {} };

function optionsOf({ neighbours, rounding }: Omit<Codec, 'scores'>, dim: number, queries?: QueryStatistics): CompressOptions {
  return { neighbours, rounding: rounding && queries && { type: rounding.type, step: rounding.factor / Math.sqrt(dim), queries } };
}

/** The choice travels in the manifest's configuration, for people; no reader acts on it. */
const named = (packed: PackedModel, { name, scores }: Codec): PackedModel => ({ ...packed, config: { ...packed.config, codec: name, ...scores } });

function score(packed: PackedModel, cases: readonly Case[]): number {
  const recommend = shippedRecommender(previewModel(packed));
  const metrics = new RankingMetrics(20, packed.config.items);
  for (const question of cases) metrics.add(recommend(question, 20), question.targets);
  return metrics.result()['NDCG@20'];
}
