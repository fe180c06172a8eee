import { VitrineError } from '@vitrine/sdk/core';
import { type Layout, ROWS_AT_ONCE, SESSIONS_AT_ONCE } from './layout.ts';
import type { PackedBatch } from './pack-batch.ts';

/** Lists of a batch that are copied into memory as they are. */
const LISTS = [
  'rows', 'correction', 'start', 'tokenRow', 'tokenPair', 'goal', 'targetStart', 'target', 'share', 'repeatStart', 'repeat', 'bonus',
  'distinctStart', 'distinct', 'rowStart', 'rowToken', 'holderStart', 'holder',
] as const satisfies readonly (keyof PackedBatch)[];

/** Room for results that threads hand to each other. */
const SHARED = [
  'unit', 'inverse', 'biases', 'repeats', 'panels', // by gathered row
  'scores', // [sessions, columns]
  'scaled', 'weight', // by session
  'itemGradient', // by token
] as const;

/** Room of each thread for itself. */
const OWN = [
  'items', 'inputs', 'hidden', 'attention', // by token of a chunk
  'concat', 'means', 'common', 'queries', 'inverseLength', 'queryGradient', 'concatGradient', 'meanGradient', 'commonGradient', // by session of a chunk
  'rowGradient', 'biasGradient', 'repeatGradient', // by row of a chunk
] as const;

const NUMBERS = ['sessions', 'gathered', 'candidates', 'columns', 'step', 'seed', 'threshold', 'ownStride'] as const;
const FLOATS = ['keep', 'rate'] as const;

/** Where a value of the step stands in the header: numbers and pointers as Int32, floats as Float32. */
export const H = Object.fromEntries([...NUMBERS, ...LISTS, ...SHARED, ...OWN, ...FLOATS].map((name, index) => [name, index])) as
  Readonly<Record<(typeof NUMBERS)[number] | (typeof LISTS)[number] | (typeof SHARED)[number] | (typeof OWN)[number] | (typeof FLOATS)[number], number>>;

/** Bytes at which the header begins; all of it lies below the layout's first pointer. */
export const HEADER = 4096;
/** Bytes at which the loss of each chunk of sessions begins, float64. */
export const LOSSES = 8192;

export interface StepSettings {
  /** Number of this step, from 1. */
  readonly step: number;
  /** Learning rate with Adam's correction for its first steps. */
  readonly rate: number;
  /** Share of the entries of session items that are dropped, and the seed of which. */
  readonly dropout: number;
  readonly seed: number;
}

/** Lays a batch out behind everything that stays in place, growing the memory where it must. */
export function layStep(memory: WebAssembly.Memory, { D, end: base }: Layout, batch: PackedBatch, threads: number, settings: StepSettings): void {
  const { sessions, candidates } = batch;
  const gathered = batch.rows.length;
  const columns = (Math.ceil(candidates / 8) | 1) * 8; // odd panels: rows a power of two apart would meet in few cache lines
  let chunkTokens = 0;
  for (let s = 0; s < sessions; s += SESSIONS_AT_ONCE) {
    chunkTokens = Math.max(chunkTokens, batch.start[Math.min(sessions, s + SESSIONS_AT_ONCE)] - batch.start[s]);
  }

  let end = base;
  const place: Partial<Record<keyof typeof H, number>> = {};
  const take = (name: keyof typeof H, floats: number): void => {
    place[name] = end;
    end += Math.ceil(floats / 16) * 64;
  };
  for (const name of LISTS) take(name, batch[name].length);
  take('unit', gathered * D);
  for (const name of ['inverse', 'repeats'] as const) take(name, gathered);
  take('biases', Math.max(gathered, columns));
  take('panels', columns * D);
  take('scores', sessions * columns);
  take('scaled', sessions * D);
  take('weight', sessions);
  take('itemGradient', batch.tokens * D);
  const own = end;
  for (const name of ['items', 'inputs', 'hidden'] as const) take(name, chunkTokens * D);
  take('attention', chunkTokens);
  for (const name of ['concat', 'concatGradient'] as const) take(name, SESSIONS_AT_ONCE * 2 * D);
  for (const name of ['means', 'common', 'queries', 'queryGradient', 'meanGradient', 'commonGradient'] as const) take(name, SESSIONS_AT_ONCE * D);
  take('inverseLength', SESSIONS_AT_ONCE);
  take('rowGradient', ROWS_AT_ONCE * D);
  for (const name of ['biasGradient', 'repeatGradient'] as const) take(name, ROWS_AT_ONCE);
  const ownStride = end - own;

  grow(memory, own + threads * ownStride);
  const ints = new Int32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  for (const name of LISTS) {
    const list = batch[name];
    if (list instanceof Float32Array) floats.set(list, place[name]! / 4);
    else ints.set(list, place[name]! / 4);
  }
  const header = HEADER / 4;
  for (const [name, pointer] of Object.entries(place)) ints[header + H[name as keyof typeof H]] = pointer;
  const { step, dropout, seed, rate } = settings;
  const numbers = { sessions, gathered, candidates, columns, step, seed, ownStride, threshold: Math.round(dropout * 2 ** 31) };
  for (const name of NUMBERS) ints[header + H[name]] = numbers[name];
  floats[header + H.keep] = 1 / (1 - dropout);
  floats[header + H.rate] = rate;
}

const PAGE = 65_536;

/** @throws VitrineError `internal` when there is not enough */
function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil((missing * 1.1) / PAGE));
  } catch (cause) {
    throw new VitrineError('internal', `Training needs ${Math.ceil(bytes / 2 ** 20)} MB of memory for one batch, which cannot be had. Train with a smaller batch.`, { cause });
  }
}
