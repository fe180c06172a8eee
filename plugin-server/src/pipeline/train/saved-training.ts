import type { SplitTimes } from '../dataset/sequences.ts';
import { type FileWriter, readCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import type { FitState } from './fit.ts';
import type { Arrays } from './learner.ts';

/** Where a training stands. */
export interface Standing {
  /** Training goes on with the same groups, whatever has come to the shop since. */
  readonly split: SplitTimes;
  /** The items by row. */
  readonly itemIds: readonly string[];
  readonly state: FitState;
}

/** A training that was stopped, as its file keeps it. */
interface SavedTraining extends Standing {
  /** What the caller asked for: a training asked for otherwise is another training. */
  readonly settings: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

/** After a day the shop has moved on, and a training that began before is not worth finishing. */
const OLDEST = 86_400_000;

/** @throws what the file system throws when the file cannot be written */
export function saveTraining(path: string, standing: Standing, { settings, now, io }: { readonly settings: string; readonly now: number; readonly io?: FileWriter }): void {
  const { values, memory, best, ...rest } = standing.state;
  const arrays = new Map<string, Float32Array>();
  for (const [part, list] of Object.entries({ values, memory, best: best?.values ?? new Map() })) {
    for (const [name, array] of list) arrays.set(`${part}/${name}`, array);
  }
  writeCheckpointFile(path, { meta: { ...standing, settings, savedAt: now, state: { ...rest, best: best?.value } }, arrays }, io);
}

/**
 * The training to go on with, if there is one.
 * @param note told in one line what is found, when something is
 */
export function loadTraining(
  path: string, { settings, now, note }: { readonly settings: string; readonly now: number; readonly note: (line: string) => void },
): Standing | undefined {
  const file = readCheckpointFile(path);
  if (!file) return undefined;
  if (file === 'broken') {
    note('The checkpoint of an earlier training is damaged and is not used; training starts anew.');
    return undefined;
  }
  const { savedAt, settings: wanted, state, split, itemIds } = file.meta as Omit<SavedTraining, 'state'> & { readonly state: Omit<FitState, 'best' | 'values' | 'memory'> & { readonly best?: number } };
  if (wanted !== settings || !(now - savedAt < OLDEST)) {
    note(`An earlier training was stopped, ${wanted === settings ? 'more than a day ago' : 'with other settings'}; training starts anew.`);
    return undefined;
  }
  const part = (name: string): Arrays =>
    new Map([...file.arrays].filter(([key]) => key.startsWith(`${name}/`)).map(([key, array]) => [key.slice(name.length + 1), array]));
  note(`Going on with the training that was stopped in epoch ${state.epoch + 1}, step ${state.step}.`);
  return {
    split, itemIds,
    state: { ...state, values: part('values'), memory: part('memory'), best: state.best === undefined ? undefined : { value: state.best, values: part('best') } },
  };
}

/**
 * The state for the items the shop sells now: rows follow their item, a new item starts as it would at the beginning.
 * @param perItem names of the values with a row for each item
 * @returns `undefined` when the state is of a model of another form
 */
export function alignState(
  { state, itemIds: saved }: Pick<Standing, 'state' | 'itemIds'>, itemIds: readonly string[],
  start: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>, perItem: ReadonlySet<string>,
): FitState | undefined {
  const same = saved.length === itemIds.length && saved.every((id, row) => id === itemIds[row]);
  const rowOf = new Map(saved.map((id, row) => [id, row]));
  const fits = (values: Arrays) => [...start].every(([name, { data }]) => {
    const wanted = perItem.has(name) ? (data.length / itemIds.length) * saved.length : data.length;
    return values.get(name)?.length === wanted;
  });
  if (!fits(state.values) || (state.best && !fits(state.best.values))) return undefined;
  if (same) return state;

  const align = (arrays: Arrays, fresh: (name: string) => Float32Array | undefined): Arrays => new Map([...arrays].map(([key, array]) => {
    const name = key.replace(/^(first|second):/, '');
    if (!perItem.has(name)) return [key, array];
    const width = array.length / saved.length;
    const aligned = fresh(name)?.slice() ?? new Float32Array(itemIds.length * width);
    itemIds.forEach((id, row) => {
      const from = rowOf.get(id);
      if (from !== undefined) aligned.set(array.subarray(from * width, (from + 1) * width), row * width);
    });
    return [key, aligned];
  }));
  const startOf = (name: string) => start.get(name)?.data;
  return {
    ...state, values: align(state.values, startOf), memory: align(state.memory, () => undefined),
    best: state.best && { ...state.best, values: align(state.best.values, startOf) },
  };
}
