import { POSITION_BUCKETS } from '@vitrine/sdk/core';
import type { Dataset } from '../../dataset/build-dataset.ts';
import type { Checkpoint } from '../../types.ts';
import { type Catalogue, CAUTIOUS } from '../content/choose-settings.ts';
import { placeNewItems } from '../content/place-new-items.ts';
import { strongestNeighbours } from '../neighbours.ts';
import { PER_ITEM } from '../recommendation-problem.ts';
import { withMixture } from '../tune-for-ranking.ts';
import { fineTune, type FineTuneOptions } from './fine-tune.ts';
import type { LearnedModel } from './learned-model.ts';

type Params = Checkpoint['params'];

/**
 * A model brought up to date: it learns from what is new, mixed with a sample of the old; companions are counted anew;
 * products that nobody has touched are placed by their content, and those touched for the first time start from there.
 *
 * @param dataset everything known, without a split
 * @param catalogue content of what may be shown, with its ids
 */
export async function updateRecommendation(
  dataset: Dataset, learned: LearnedModel, { catalogue, ids, ...options }: Omit<FineTuneOptions, 'from'> & { readonly catalogue: Catalogue; readonly ids: readonly string[] },
): Promise<Checkpoint> {
  const { sequences, counts } = dataset;
  const { recipe, codec, content = CAUTIOUS } = learned;
  const { itemIds } = sequences;
  const known = new Set(learned.checkpoint.itemIds);
  const started = itemIds.some((id) => !known.has(id))
    ? placeNewItems(learned.checkpoint, { catalogue, occurrences: learned.occurrences, ids: itemIds, settings: content })
    : learned.checkpoint;
  const from = sequences.time.findIndex((time) => time >= learned.learnedTo);
  const start = alignRows(unshifted(started.params, recipe.mixture.shift), started.itemIds, itemIds);
  const values = await fineTune(dataset, recipe.settings, start, { ...options, from: from < 0 ? sequences.train : from });
  const tuned: Checkpoint = {
    config: { ...learned.checkpoint.config, items: itemIds.length }, itemIds, history: [],
    neighbours: learned.checkpoint.neighbours, params: new Map([...start].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }])),
  };
  const complete = withMixture(tuned, strongestNeighbours(dataset, recipe.companions), recipe.mixture);
  return placeNewItems(complete, { catalogue, occurrences: counts.occurrences, ids, settings: content, companions: codec.neighbours });
}

/** Values as they were before `withMixture` shifted the repeat bonus. */
function unshifted(params: Params, shift: Float32Array): Params {
  const bonus = params.get('bonus')!;
  return new Map([...params, ['bonus', { ...bonus, data: bonus.data.map((value, at) => value - shift[Math.floor(at / POSITION_BUCKETS)]) }]]);
}

/** Rows follow their items. An item without a row starts at zero: no product of that name is known. */
export function alignRows(params: Params, from: readonly string[], to: readonly string[]): Params {
  const rowOf = new Map(from.map((id, row) => [id, row]));
  return new Map([...params].map(([name, { shape, data }]) => {
    if (!PER_ITEM.has(name)) return [name, { shape, data: data.slice() }];
    const width = data.length / from.length;
    const aligned = new Float32Array(to.length * width);
    to.forEach((id, row) => {
      const at = rowOf.get(id);
      if (at !== undefined) aligned.set(data.subarray(at * width, (at + 1) * width), row * width);
    });
    return [name, { shape: [to.length, ...shape.slice(1)], data: aligned }];
  }));
}
