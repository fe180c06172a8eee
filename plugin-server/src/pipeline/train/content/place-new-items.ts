import type { Checkpoint } from '../../types.ts';
import { alikeOf, type Catalogue, type ContentSettings, learnedItems, placeRows } from './choose-settings.ts';
import { fitTower } from './fit-tower.ts';
import { inheritCompanions, joinLists, MOST_NEW } from './inherit-companions.ts';

/**
 * Gives a place to every product that may be shown and that no shopper has touched in the training part: rows that are
 * there already, and products that have none, which get one at the end. Their vectors and biases come from a tower fitted
 * to the items that were learned; their repeat bonus is the usual one; their companions are those of the items most like them.
 *
 * @param occurrences training groups that hold the item of each of the checkpoint's rows; those without any come last
 * @param ids products to place; those with a learned vector keep it
 */
export function placeNewItems(
  checkpoint: Checkpoint, { catalogue, occurrences, ids, settings, companions = checkpoint.neighbours.count }: {
    readonly catalogue: Catalogue; readonly occurrences: ArrayLike<number>; readonly ids: readonly string[]; readonly settings: ContentSettings;
    /** Of each item, those that ship: the new items come on top of them, MOST_NEW at most. */
    readonly companions?: number;
  },
): Checkpoint {
  const { dim } = checkpoint.config;
  const known = new Set(checkpoint.itemIds);
  const added = [...new Set(ids)].filter((id) => !known.has(id));
  let from = checkpoint.itemIds.length;
  while (from > 0 && !(occurrences[from - 1] > 0)) from--;
  const itemIds = [...checkpoint.itemIds, ...added];
  if (from === itemIds.length || from === 0) return checkpoint;

  const learned = learnedItems(checkpoint, catalogue, occurrences);
  const tower = fitTower(catalogue.matrix, learned, { kind: settings.tower, penalty: settings.penalty });
  const rows = Int32Array.from({ length: itemIds.length - from }, (_, at) => from + at);
  // A product whose content is unknown is placed where the items are on average.
  const contentRows = Int32Array.from(rows, (row) => catalogue.rowOf.get(itemIds[row]) ?? -1);
  const { vectors, bias } = placeRows(tower, contentRows, dim);

  const params = new Map(checkpoint.params);
  const extend = (name: string, width: number, placed: Float32Array) => {
    const data = new Float32Array(itemIds.length * width);
    data.set(checkpoint.params.get(name)!.data.subarray(0, from * width));
    data.set(placed, from * width);
    params.set(name, { shape: width === 1 ? [itemIds.length] : [itemIds.length, width], data });
  };
  extend('item_table', dim, vectors);
  extend('item_bias', 1, bias);
  const repeats = checkpoint.params.get('repeat_bias')!.data.subarray(0, from);
  extend('repeat_bias', 1, new Float32Array(rows.length).fill(repeats.reduce((sum, entry) => sum + entry, 0) / from));

  const { count, row, weight } = checkpoint.neighbours;
  const lists = { count, row: new Int32Array(itemIds.length * count), weight: new Float32Array(itemIds.length * count) };
  lists.row.set(row);
  lists.weight.set(weight);
  const inherits = count > 0 && settings.strength > 0;
  const joined = inherits
    ? joinLists(lists, inheritCompanions(lists, itemIds.length, rows, alikeOf(catalogue, learned, itemIds.slice(from))), itemIds.length, { kept: companions, strength: settings.strength })
    : lists;
  return {
    ...checkpoint, itemIds, params, config: { ...checkpoint.config, items: itemIds.length },
    neighbours: { ...checkpoint.neighbours, ...joined }, placed: { from, length: settings.length, shift: settings.shift, companions: inherits ? companions + MOST_NEW : companions },
  };
}
