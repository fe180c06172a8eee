import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findRun, type RunRow } from '../store/runs.ts';

/** One training run of the shop with its progress. @throws VitrineError `not_found` */
export async function readRun(ctx: Context, input: { readonly shop: string; readonly id: string }): Promise<RunRow> {
  const run = await findRun(ctx.db, input.shop, input.id);
  if (!run) throw new VitrineError('not_found', 'There is no such training run.');
  return run;
}
