import { BONUS_SIZE, GOALS, KINDS, POSITION_BUCKETS } from '@vitrine/sdk/core';

/** What the memory must hold. The same in all threads, so that each can work out where everything lies. */
export interface Shape {
  /** Rows of the item table, N. */
  readonly items: number;
  /** Width of the item vectors, d. */
  readonly dim: number;
  /** Most sessions in a batch. */
  readonly batch: number;
  /** Most steps of the whole training. */
  readonly steps: number;
  readonly threads: number;
}

/** Sessions one thread takes at a time; their gradients of dense parameters are summed apart, so that the sum does not depend on the threads. */
export const SESSIONS_AT_ONCE = 32;
/** Rows of the gathered table one thread takes at a time; a multiple of 8. */
export const ROWS_AT_ONCE = 64;

const PAGE = 65_536;
const LINE = 64;

/** Rounded up to whole vectors of 4. */
const pad = (columns: number): number => Math.ceil(columns / 4) * 4;

/**
 * A dense parameter: `size` floats at `offset` in each of values, first moments and second moments, and in each part of
 * the gradients. The caller's `rows` × `columns` are stored with `width` floats a row; what is left over stays zero.
 */
export interface DenseParam {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly size: number;
}

/** Pointers (bytes) to what stays in place for the whole training. D is `dim` rounded up to whole vectors of 4. */
export type Layout = ReturnType<typeof layoutOf>;

export function layoutOf({ items, dim, batch, steps }: Shape) {
  const D = pad(dim);
  const dense = new Map<string, DenseParam>();
  let at = 0;
  const add = (name: string, rows: number, columns: number, size = rows * pad(columns)): void => {
    dense.set(name, { offset: at, rows, columns, width: pad(columns), size });
    at += size;
  };
  // First those whose gradients are added to bit by bit, and so must be cleared; then those that a product overwrites.
  add('position', POSITION_BUCKETS, dim);
  add('kind', KINDS.length, dim);
  add('goal', GOALS.length, dim);
  add('attention_bias', 1, dim);
  add('attention_out', 1, dim);
  add('bonus', 1, BONUS_SIZE);
  add('scale', 1, 1);
  const pairs = at; // gradients of P[bucket] + K[kind], before they are split; no parameter
  at += POSITION_BUCKETS * KINDS.length * D;
  const cleared = at;
  for (const name of ['attention_item', 'attention_last', 'attention_mean']) add(name, dim, dim, D * D);
  add('project', 2 * dim, dim, 2 * D * D); // [l ; r] W: its lower half begins at row D
  const span = at;

  let end = PAGE;
  const take = (floats: number): number => {
    const pointer = end;
    end += Math.ceil((floats * 4) / LINE) * LINE;
    return pointer;
  };
  const parts = Math.ceil(batch / SESSIONS_AT_ONCE);
  return {
    D, dense, span, cleared, pairs, parts,
    /** Values, first moments and second moments of the dense parameters, `span` floats each. */
    params: take(3 * span),
    /** Gradients of the dense parameters, one part of `span` floats for each chunk of sessions. */
    gradients: take(parts * span),
    pairTable: take(POSITION_BUCKETS * KINDS.length * D),
    itemT: take(D * D), lastT: take(D * D), meanT: take(D * D), projectT: take(2 * D * D),
    /** Learning rate factors of a record's last four floats. */
    rates: take(4),
    sums0: take(steps + 2), sums1: take(steps + 2),
    settled: take(items),
    table: take(items * 3 * (D + 4)),
    /** From here on the memory is laid out anew for each batch. */
    end,
  };
}
