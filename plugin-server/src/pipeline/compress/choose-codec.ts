import { buildCases, type Case, type Task, TASKS } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';
import { scoreCase } from '../evaluate/metrics.ts';
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
  /** Of all tensors, before brotli. */
  readonly bytes: number;
  /** Share of the NDCG@20 lost, one standard error included: companions against the best number of them, steps against int8. */
  readonly loss: number;
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
/** Steps of the table that are tried, the coarsest first, in units of 1/√dim, an entry's usual size. Sixteen values of step 0.4 reach three times that. */
const STEPS = [['int4', 2], ['int4', 1.6], ['int4', 1.2], ['int4', 0.8], ['int4', 0.6], ['int4', 0.4], ['int8', 0.25]] as const;
/** How much of its NDCG@20 a model may lose to become smaller, one standard error of the loss included: where cases are few, only what changes next to nothing passes. */
const TOLERANCE = 0.005;
/** Bytes an artifact may take: one for each number of the item vectors, and so many for the encoder. */
const ENCODER_BYTES = 65_536;
/** Cases of each task, at most. */
const MOST_CASES = 1500;
/** With fewer validation cases their noise would choose: int8 with every companion ships. A shop that has few is small. */
const FEWEST_CASES = 300;

/**
 * Compresses a checkpoint as far as the shop's own validation cases allow.
 *
 * First, in int8: the fewest companions whose NDCG@20 is within half a percent of the best number's, for sure (fewer are often
 * better: the last ones are noise). Then the coarsest step of the table that is within half a percent of full int8 with those
 * companions, for sure; full int8, when none is. What does not fit into a byte for each number of the item vectors is not tried; when nothing
 * that fits is good enough, the best of what fits is taken.
 * @param options.mostBytes instead of a byte for each number of the item vectors, and 64 kB for the encoder
 */
export function chooseCodec(checkpoint: Checkpoint, cases: CodecCases, { mostBytes }: { readonly mostBytes?: number } = {}): { packed: PackedModel; codec: Codec; trials: CodecTrial[] } {
  const plain = compressRecommendation(checkpoint);
  const queries = queryStatistics(previewModel(plain), cases.training);
  if (!queries || cases.validation.length < FEWEST_CASES) return { packed: named(plain, INT8), codec: INT8, trials: [] };

  const { items, dim, neighbours: all } = plain.config;
  const most = mostBytes ?? items * dim + ENCODER_BYTES;
  const trials: Trial[] = [];
  const attempt = (codec: Omit<Codec, 'scores'>): Trial => {
    const packed = compressRecommendation(checkpoint, optionsOf(codec, dim, queries));
    const scores = scoresOf(packed, cases.validation);
    const trial = { codec, name: `${codec.name}, ${packed.config.neighbours} companions`, packed, bytes: packedBytes(packed), scores, ndcg: mean(scores), loss: 0 };
    trials.push(trial);
    return trial;
  };
  // With the table in four bits, which is the least it takes, the companions must fit.
  const counts = [...COMPANIONS.filter((count) => count < all), all]
    .filter((count, at) => at === 0 || packedBytes(compressRecommendation(checkpoint, { neighbours: count })) - (items * dim) / 2 <= most);
  const byCount = counts.map((neighbours) => attempt({ name: 'int8', neighbours }));
  const best = byCount.reduce((one, other) => (other.ndcg > one.ndcg ? other : one));
  for (const trial of byCount) trial.loss = lossAgainst(best, trial);
  const int8 = byCount.find(({ loss }) => loss <= TOLERANCE)!;

  let chosen: Trial | undefined;
  for (const [type, factor] of STEPS) {
    const trial = attempt({ name: `${type}, step ${factor}`, neighbours: int8.codec.neighbours, rounding: { type, factor } });
    trial.loss = lossAgainst(int8, trial);
    if (trial.bytes > most) break; // finer ones take more
    if (trial.loss > TOLERANCE) continue;
    chosen = trial;
    break;
  }
  const fitting = trials.filter(({ bytes }) => bytes <= most);
  chosen ??= int8.bytes <= most ? int8 : fitting.length > 0 ? fitting.reduce((one, other) => (other.ndcg > one.ndcg ? other : one)) : int8;
  const codec = { ...chosen.codec, scores: { codecNdcg: chosen.ndcg, int8Ndcg: int8.ndcg } };
  return {
    packed: named(chosen.packed, codec), codec,
    trials: trials.map((trial) => ({ name: trial.name, ndcg: trial.ndcg, bytes: trial.bytes, loss: trial.loss, chosen: trial === chosen })),
  };
}

/** Share of `full`'s mean that is lost, plus the standard error of that mean of differences case by case. */
function lossAgainst({ scores: full, ndcg }: Trial, { scores }: Trial): number {
  const losses = scores.map((score, at) => full[at] - score);
  const loss = mean(losses);
  const variance = mean(losses.map((one) => (one - loss) ** 2));
  return ndcg > 0 ? (loss + Math.sqrt(variance / losses.length)) / ndcg : 0;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Trial extends Omit<CodecTrial, 'chosen' | 'loss'> {
  loss: number;
  /** NDCG@20 by case. */
  readonly scores: Float64Array;
  readonly codec: Omit<Codec, 'scores'>;
  readonly packed: PackedModel;
}

/** Bytes of the tensors: the artifact but for its manifest and signature. */
export function packedBytes({ tensors }: PackedModel): number {
  let bytes = 0;
  for (const { type, data } of tensors.values()) {
    if (type === 'utf8') for (const text of data as readonly string[]) bytes += Buffer.byteLength(text) + 1;
    else bytes += type === 'int4' ? Math.ceil(data.length / 2) : (data as Int8Array | Uint8Array | Float32Array).byteLength;
  }
  return bytes;
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

function scoresOf(packed: PackedModel, cases: readonly Case[]): Float64Array {
  const recommend = shippedRecommender(previewModel(packed));
  return Float64Array.from(cases, (question) => scoreCase(recommend(question, 20), question.targets, 20).ndcg);
}
