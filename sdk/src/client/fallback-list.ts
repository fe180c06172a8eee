import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import type { RankedItem } from '../core/models/recommendation/types.ts';

/**
 * What is shown where no engine answers: the popular products that came with the release. What asks for attributes gets
 * nothing, because a list of ids knows none; so do kinds that popular products would only pretend to be.
 *
 * @param popular product ids, most popular first
 */
export function fallbackList({ list, shopper, unavailable, rules = [] }: ListRequest, popular: readonly string[]): RankedItem[] {
  const { kind, filter, productId, productIds = [], exclude = [] } = list;
  const leaving = rules.filter(({ action, kinds }) => /^[eo]/.test(action) && (kinds?.includes(kind) ?? true)); // exclude, only
  if (filter || /^(tre|rec|buy|sim)/.test(kind) || leaving.some((rule) => rule.filter)) return [];
  const never = new Set([...exclude, ...productIds, ...shopper.cart, ...unavailable, productId, shopper.product]);
  return popular
    .filter((id) => !never.has(id) && leaving.every(({ action, productIds: ids }) => ids!.includes(id) === (action === 'only')))
    .map((id) => ({ id, score: 0, reason: { source: 'popular' } }));
}
