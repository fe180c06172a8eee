import { exactly, fail, list, number, oneOf, optional, text, whole } from '../../check.ts';
import { WIDGETS, type Widget } from '../../events/types.ts';
import { checkFilter, type ItemFilter } from './filter.ts';

export const ACTIONS = ['pin', 'boost', 'bury', 'exclude', 'only'] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * What a shop, or a page, wants of its lists. It names its products by `productIds`, or by a `filter`; exactly one of
 * them.
 *
 * | action | |
 * |---|---|
 * | `pin` | these products (by id) stand at `position` and the places after it |
 * | `boost`, `bury` | as if `factor` times as likely, or as unlikely |
 * | `exclude` | never |
 * | `only` | nothing else |
 */
export interface Rule {
  /** Set by the server. */
  readonly id?: string;
  readonly action: Action;
  /** The lists it holds for; all when left out. */
  readonly kinds?: readonly Widget[];
  readonly productIds?: readonly string[];
  readonly filter?: ItemFilter;
  /** 0 is the first, and the default. */
  readonly position?: number;
  /** From 1 to 10; 2 by default. */
  readonly factor?: number;
}

/** Bounds a rule keeps. However many rules an item meets, its factor stays within 1 / `factor` and `factor`. */
export const RULE_LIMITS = { rules: 100, productIds: 200, factor: 10, position: 23 } as const;
export const DEFAULT_FACTOR = 2;

const shape = exactly({
  id: optional(text(64)),
  action: oneOf(...ACTIONS),
  kinds: optional(list(WIDGETS.length, oneOf(...WIDGETS))),
  productIds: optional(list(RULE_LIMITS.productIds, text(256))),
  filter: optional(checkFilter),
  position: optional(whole(0, RULE_LIMITS.position)),
  factor: optional(number(1, RULE_LIMITS.factor)),
});

/**
 * Checks a rule and returns a copy of it.
 * @throws VitrineError `bad_input`: names the field by its path
 *
 * @example
 * checkRule({ action: 'boost', filter: { tags: { any: ['sale'] } }, factor: 3 }, 'rule');
 */
export function checkRule(value: unknown, path: string): Rule {
  const rule = shape(value, path) as Rule;
  const { action, productIds, filter, kinds } = rule;
  if (kinds?.length === 0) fail(`${path}.kinds`, 'name a list, or be left out for all of them');
  if (!productIds?.length === !filter) fail(path, 'have either productIds or a filter');
  if (action === 'pin' && !productIds) fail(`${path}.productIds`, 'name the products to pin');
  if (action !== 'pin' && rule.position !== undefined) fail(`${path}.position`, 'be left out: only a pin has one');
  if (action !== 'boost' && action !== 'bury' && rule.factor !== undefined) fail(`${path}.factor`, 'be left out: only boost and bury have one');
  return rule;
}
