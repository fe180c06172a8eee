import type { Context } from '../context.ts';
import { weighVisits } from '../pipeline/dataset/weigh-visits.ts';
import type { Interactions } from '../pipeline/types.ts';
import { readInteractions } from '../store/interactions.ts';

/** What is stored of a shop's orders and visits, without what could be made up. The log says how much that was. */
export async function readCredibleInteractions({ db, log }: Pick<Context, 'db' | 'log'>, shop: string): Promise<Interactions> {
  const { interactions, leftOut } = weighVisits(await readInteractions(db, shop));
  if (Object.values(leftOut).some((count) => count > 0)) log.info('visits left out', { shop, ...leftOut });
  return interactions;
}
