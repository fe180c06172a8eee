import type { PackedModel, PackedTensor } from '../compress/compress-recommendation.ts';
import { previewModel } from '../compress/compress-recommendation.ts';
import type { Sequences } from '../dataset/sequences.ts';
import { findRepurchases } from './find-repurchases.ts';
import { findTrending } from './find-trending.ts';
import { markTogether } from './mark-together.ts';

/**
 * A packed model with what lists need beside it (docs/artifact.md): which companions orders or visits hold together, what rises, when
 * what is bought is bought again, and what nobody has touched yet. Nothing in it is about fewer than three orders or
 * five customers.
 *
 * @param sequences everything known, without a split; items of the model that are not in it are new
 */
export function addLists(packed: PackedModel, sequences: Sequences): PackedModel {
  const model = previewModel(packed);
  const inModel = (id: string) => model.rowOf.get(id) ?? -1;
  const rowOf = Int32Array.from(sequences.itemIds, inModel);
  // The model's rows from here on: an item that it does not hold is beyond every row of it.
  const here: Sequences = {
    ...sequences, itemIds: model.itemIds.concat(rowOf.includes(-1) ? [''] : []),
    item: sequences.item.map((row) => (rowOf[row] < 0 ? model.itemIds.length : rowOf[row])),
  };
  const { risers, until } = findTrending(here);
  const trending = risers.filter(({ row }) => row < model.itemIds.length);
  const { days, usual } = findRepurchases(here);
  const touched = new Uint8Array(here.itemIds.length);
  for (const row of here.item) touched[row] = 1;
  const untouched = model.itemIds.filter((_, row) => !touched[row]);

  const tensors = new Map<string, PackedTensor>(packed.tensors);
  const { count, weight } = model.neighbours;
  if (count > 0) {
    const marks = Int8Array.from(markTogether(here, model.neighbours).filter((_, at) => weight[at] > 0));
    tensors.set('neighbour_together', { type: 'int4', shape: [marks.length], data: marks });
  }
  if (trending.length > 0) {
    tensors.set('trending', { type: 'utf8', shape: [trending.length], data: trending.map(({ row }) => model.itemIds[row]) });
    tensors.set('trending_growth', { type: 'float32', shape: [trending.length], data: Float32Array.from(trending, ({ growth }) => growth) });
  }
  if (days.some((value) => value > 0)) tensors.set('repurchase_days', { type: 'uint8', shape: [model.itemIds.length], data: days.slice(0, model.itemIds.length) });
  if (untouched.length > 0) tensors.set('new_items', { type: 'utf8', shape: [untouched.length], data: untouched });
  return { config: { ...packed.config, ...(trending.length > 0 && { trendingUntil: until }), ...(usual > 0 && { repurchaseDays: usual }) }, tensors };
}
