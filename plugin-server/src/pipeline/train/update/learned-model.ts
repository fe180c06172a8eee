import type { Codec } from '../../compress/choose-codec.ts';
import type { SplitTimes } from '../../dataset/sequences.ts';
import type { Checkpoint } from '../../types.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint-file.ts';
import type { ContentSettings } from '../content/choose-settings.ts';
import type { Recipe } from '../recipe.ts';

/** A model with everything that a daily update goes on from. */
export interface LearnedModel {
  /** Trained values, as they shipped. Rows that were placed by content come last. */
  readonly checkpoint: Checkpoint;
  /** Orders and visits that held the item of each row. */
  readonly occurrences: Float32Array;
  readonly recipe: Recipe;
  readonly codec: Codec;
  /** How new products are placed; absent where the shop has none to place them by. */
  readonly content?: ContentSettings;
  /** It has learned from everything before, seconds since 1970. */
  readonly learnedTo: number;
  /** What the last full training was like. */
  readonly full: FullTraining;
}

export interface FullTraining {
  /** Everything before it was learned from, seconds since 1970. */
  readonly learnedTo: number;
  /** NDCG@20 on its test cases over that of co-purchase; 0 where there were none. */
  readonly lead: number;
  /** Where it split its past to choose and to test. */
  readonly split: SplitTimes;
}

/** The bytes of a learned model; companions are counted anew with every update and are not in them. */
export function packLearnedModel({ checkpoint, occurrences, recipe, ...rest }: LearnedModel): Uint8Array {
  const { config, itemIds, params, placed } = checkpoint;
  const { strength, decay, shift, root } = recipe.mixture;
  const arrays = new Map<string, Float32Array>([['occurrences', occurrences], ['strength', strength], ['decay', decay], ['shift', shift]]);
  for (const [name, { data }] of params) arrays.set(`param:${name}`, data);
  const shapes = [...params].map(([name, { shape }]) => [name, shape]);
  return encodeCheckpoint({ meta: { ...rest, config, itemIds, placed, shapes, recipe: { ...recipe, mixture: { root } } }, arrays });
}

/** What `packLearnedModel` was given, without companions; undefined when the bytes are damaged. */
export function unpackLearnedModel(bytes: Uint8Array): LearnedModel | undefined {
  const file = decodeCheckpoint(bytes);
  if (file === 'broken') return undefined;
  const { config, itemIds, placed, shapes, recipe, ...rest } = file.meta as Omit<LearnedModel, 'checkpoint' | 'occurrences' | 'recipe'> & Pick<Checkpoint, 'config' | 'itemIds' | 'placed'> & {
    readonly shapes: readonly (readonly [string, readonly number[]])[]; readonly recipe: Omit<Recipe, 'mixture'> & { readonly mixture: Pick<Recipe['mixture'], 'root'> };
  };
  const array = (name: string) => file.arrays.get(name)!;
  return {
    ...rest, occurrences: array('occurrences'),
    checkpoint: {
      config, itemIds, placed, history: [], params: new Map(shapes.map(([name, shape]) => [name, { shape, data: array(`param:${name}`) }])),
      neighbours: { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(0) },
    },
    recipe: { ...recipe, mixture: { ...recipe.mixture, strength: array('strength'), decay: array('decay'), shift: array('shift') } },
  };
}
