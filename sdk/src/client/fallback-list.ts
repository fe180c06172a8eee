import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import type { RankedItem } from '../core/models/recommendation/types.ts';

/**
 * What is shown where no engine answers: the popular products that came with the release; for `recently-viewed` the
 * visit's own. What asks for attributes gets nothing, because a list of ids knows none; so do kinds that popular products would only pretend to be.
 *
 * @param popular product ids, most popular first
 */
export function fallbackList({ list, shopper, unavailable, rules = [] }: ListRequest, popular: readonly string[]): RankedItem[] {
  const { kind, filter, productIds = [], exclude = [], productId, pin = [] } = list;
  const own = rules.filter(({ kinds }) => !kinds || kinds.includes(kind));
  const isViewed = kind === 'recently-viewed';
  const asksMore = filter || own.some((rule) => rule.filter && /^(exclude|only)$/.test(rule.action)) || /^(buy|similar)/.test(kind);
  if (asksMore) return [];
  const never = new Set([...exclude, ...productIds, ...shopper.cart, ...unavailable, productId, shopper.product]);
  for (const rule of own) if (rule.action === 'exclude') for (const id of rule.productIds!) never.add(id);
  const mayStand = (id: string) => !never.has(id) && own.every((rule) => rule.action !== 'only' || rule.productIds!.includes(id));

  const pins = [
    ...pin.map((entry, at) => (typeof entry === 'string' ? { productId: entry, position: at } : entry)),
    ...own.flatMap((rule) => (rule.action === 'pin' ? rule.productIds!.map((id, at) => ({ productId: id, position: (rule.position ?? 0) + at })) : [])),
  ].filter((entry) => mayStand(entry.productId));
  const ids = isViewed ? [...new Set(shopper.touches.filter((touch) => touch.kind === 'view').map(({ id }) => id).reverse())] : popular;
  return [
    ...pins.map((entry): RankedItem => ({ id: entry.productId, score: 0, pinned: entry.position, reason: { source: 'pinned' } })),
    ...ids.filter(mayStand).map((id): RankedItem => ({ id, score: 0, reason: { source: isViewed ? 'viewed' : 'popular' } })),
  ];
}
