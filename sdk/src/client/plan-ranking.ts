import { VitrineError } from '../core/errors.ts';
import { WIDGETS } from '../core/events/types.ts';
import type { Goal } from '../core/models/recommendation/config.ts';
import type { RankRequest, SessionItem } from '../core/models/recommendation/types.ts';
import type { RecommendRequest } from './types.ts';
import type { Visit } from './visit.ts';

/** Ranked beyond what is shown, so that what has just sold out can drop out. */
export const SPARES = 4;
const DEFAULT_LIMIT = 4;
const MOST_ITEMS = 24;

/** How many items a request asks for. */
export const limitOf = (request: RecommendRequest): number =>
  Math.min(MOST_ITEMS, Math.max(1, Math.trunc(request.limit ?? DEFAULT_LIMIT) || DEFAULT_LIMIT));

/**
 * Turns what a widget wants into what the model ranks.
 *
 * | kind | session | goal |
 * |---|---|---|
 * | `related` | the visit, the product looked at last | view |
 * | `bought-together` | the basket alone | purchase |
 * | `for-you` | the visit | view |
 *
 * A goal the model was not trained for gives way to the other. Never returned: the product looked at, the basket, the
 * cart, what the release calls unavailable.
 *
 * @throws VitrineError `bad_usage` for an unknown kind, or a filter that is none
 */
export function planRanking(
  request: RecommendRequest, visit: Pick<Visit, 'items' | 'cart' | 'product'>, goals: readonly Goal[], unavailable: readonly string[],
): RankRequest {
  const { kind, filter } = request;
  if (!WIDGETS.includes(kind)) throw new VitrineError('bad_usage', `recommend: unknown kind "${kind}". Use ${WIDGETS.join(', ')}.`);
  if (filter !== undefined && (typeof filter !== 'object' || !filter)) {
    throw new VitrineError('bad_usage', 'recommend: "filter" must be an object such as { types: ["Shoes"], price: { max: 50 } }.');
  }
  const product = request.productId ?? visit.product;
  const basket = request.productIds?.length ? request.productIds : visit.cart.length > 0 ? visit.cart : product ? [product] : [];

  const session: readonly SessionItem[] =
    kind === 'bought-together' ? basket.map((id) => ({ id, kind: 'cart' }))
    : kind === 'related' && product && visit.items.at(-1)?.id !== product ? [...visit.items, { id: product, kind: 'view' }]
    : visit.items;
  const wanted: Goal = kind === 'bought-together' ? 'purchase' : 'view';
  const exclude = new Set([...(request.exclude ?? []), ...(request.productIds ?? []), ...visit.cart, ...unavailable]);
  if (product) exclude.add(product);
  if (visit.product) exclude.add(visit.product);

  return {
    session,
    goal: goals.includes(wanted) ? wanted : (goals[0] ?? wanted),
    exclude,
    filter,
    limit: limitOf(request) + SPARES,
  };
}
