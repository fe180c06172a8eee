import { VitrineError } from '../../errors.ts';
import { WIDGETS, type Widget } from '../../events/types.ts';
import type { Goal } from './config.ts';
import type { ItemFilter } from './filter.ts';
import type { Rule } from './rules.ts';
import type { ListOrigin, RankRequest, SessionItem, Touch } from './types.ts';

/** What becomes of products that the shopper has looked at, or bought: they stay, stand after all others, or are left out. */
export type Policy = 'keep' | 'last' | 'drop';
const POLICIES: readonly Policy[] = ['keep', 'last', 'drop'];

/** Products by id or by a filter, and how much they count. */
export interface Weighting {
  readonly productIds?: readonly string[];
  readonly filter?: ItemFilter;
  /** From 1 to 10; 2 by default. */
  readonly factor?: number;
}

/** What a page asks for. */
export interface ListOptions {
  readonly kind: Widget;
  /** The product looked at; by default the last one of this page. It is never recommended. */
  readonly productId?: string;
  /** The basket, for `bought-together`; by default the visit's cart. */
  readonly productIds?: readonly string[];
  /** Product ids never to return, beside the product looked at, the cart and what is sold out or hidden. */
  readonly exclude?: readonly string[];
  /** Only products with these attributes, as the shop had them when the artifact was made. */
  readonly filter?: ItemFilter;
  /** Product ids for the first places, or for places from 0 on. They come before what the shop has pinned. */
  readonly pin?: readonly (string | { readonly productId: string; readonly position: number })[];
  /** Products that count as `factor` times as likely. */
  readonly boost?: readonly Weighting[];
  /** Products that count as `factor` times as unlikely. */
  readonly bury?: readonly Weighting[];
  /** Products looked at in this visit. `keep` by default: the model knows whether products are looked at again. */
  readonly seen?: Policy;
  /** Products bought, as far as this device knows. By default `keep` in `for-you`, `recently-viewed` and `buy-again`, else `last`. */
  readonly bought?: Policy;
  /**
   * What the shopper bought, where the page knows: a checkout on pages without our script (Shopify's) leaves no trace on the
   * device. Stays there.
   */
  readonly purchases?: readonly { readonly productId: string; /** Milliseconds since 1970. */ readonly at: number }[];
  /** How far below or above the product's price `similar-cheaper` and `similar-dearer` begin, from 0 to 1; 0.1 (10 %) by default. */
  readonly margin?: number;
}

/** What is known of the shopper, on this device. */
export interface Shopper {
  /** This visit, oldest first. */
  readonly items: readonly SessionItem[];
  readonly cart: readonly string[];
  /** The product the page shows. */
  readonly product: string | null;
  /** Visits before and this one, in any order; only with consent more than this page. */
  readonly touches: readonly Touch[];
}

/** A page's request with everything that ranking it needs. */
export interface ListRequest {
  readonly list: ListOptions;
  readonly shopper: Shopper;
  /** Products that may not be shown. */
  readonly unavailable: readonly string[];
  /** The shop's own rules. */
  readonly rules?: readonly Rule[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Items wanted. */
  readonly limit: number;
}

const OPTIONS: readonly (keyof ListOptions)[] = ['kind', 'productId', 'productIds', 'exclude', 'filter', 'pin', 'boost', 'bury', 'seen', 'bought', 'purchases', 'margin'];
const DEFAULT_MARGIN = 0.1;
/** Of earlier visits, what begins a visit that has not looked at anything yet. */
const EARLIER = 20;
/** Goals by kind; what does not ask the model has none. */
const GOAL: Partial<Record<Widget, Goal>> = { 'bought-together': 'purchase' };
const KEEPS_BOUGHT: readonly Widget[] = ['for-you', 'recently-viewed', 'buy-again'];

/**
 * Turns what a page wants into what is ranked. The browser and the server's preview both come through here.
 *
 * | kind | ranked for | goal | first | then |
 * |---|---|---|---|---|
 * | `for-you` | the visit; before its first product, earlier visits | view | model | popular |
 * | `related` | the visit, the product looked at last | view | model | popular |
 * | `bought-together` | the basket alone | purchase | companions from orders | model, popular |
 * | `trending` | | | rising products | |
 * | `recently-viewed` | | | viewed, the newest first | |
 * | `buy-again` | | | bought, the most due first | |
 * | `similar-cheaper`, `similar-dearer` | the product looked at | | like it, of its type | |
 *
 * A goal the model was not trained for gives way to the other. Never returned: the product looked at, the basket, the
 * cart, what the release calls unavailable.
 *
 * @throws VitrineError `bad_usage` for an unknown kind or policy, or a filter or margin that is none
 */
export function planList({ list, shopper, unavailable, rules = [], now, limit }: ListRequest, goals: readonly Goal[]): RankRequest {
  const { kind, filter } = list;
  for (const name of Object.keys(list)) {
    if (!OPTIONS.includes(name as keyof ListOptions)) throw new VitrineError('bad_usage', `recommend: unknown option "${name}". There is ${OPTIONS.join(', ')}.`);
  }
  if (!WIDGETS.includes(kind)) throw new VitrineError('bad_usage', `recommend: unknown kind "${kind}". Use ${WIDGETS.join(', ')}.`);
  if (filter !== undefined && (typeof filter !== 'object' || !filter)) {
    throw new VitrineError('bad_usage', 'recommend: "filter" must be an object such as { types: ["Shoes"], price: { max: 50 } }.');
  }
  const own = requestRules(list);
  const product = list.productId ?? shopper.product;
  const basket = list.productIds?.length ? list.productIds : shopper.cart.length > 0 ? shopper.cart : product ? [product] : [];

  const visit = (kind === 'for-you' && shopper.items.length === 0 ? inOrder(shopper).slice(-EARLIER) : shopper.items).map(({ id, kind: how }) => ({ id, kind: how }));
  const session: readonly SessionItem[] =
    kind === 'bought-together' ? basket.map((id) => ({ id, kind: 'cart' }))
    : kind === 'related' && product && visit.at(-1)?.id !== product ? [...visit, { id: product, kind: 'view' }]
    : kind === 'for-you' || kind === 'related' ? visit
    : [];
  const wanted: Goal = GOAL[kind] ?? 'view';
  const exclude = new Set([...(list.exclude ?? []), ...(list.productIds ?? []), ...shopper.cart, ...unavailable]);
  if (product) exclude.add(product);
  if (shopper.product) exclude.add(shopper.product);

  const last = new Set<string>();
  const apply = (name: 'seen' | 'bought', policy: Policy, ids: readonly string[]) => {
    if (!POLICIES.includes(policy)) throw new VitrineError('bad_usage', `recommend: "${name}" must be ${POLICIES.join(', ')}.`);
    if (policy !== 'keep') for (const id of ids) (policy === 'last' ? last : exclude).add(id);
  };
  apply('seen', list.seen ?? 'keep', shopper.items.map(({ id }) => id));
  apply('bought', list.bought ?? (KEEPS_BOUGHT.includes(kind) ? 'keep' : 'last'), bought(shopper, list).map(({ id }) => id));

  return {
    session, exclude, last, filter, limit,
    goal: goals.includes(wanted) ? wanted : (goals[0] ?? wanted),
    rules: [...own, ...rules.filter(({ kinds }) => !kinds || kinds.includes(kind))],
    origin: originOf(list, shopper, product, now),
  };
}

const inOrder = ({ touches }: Pick<Shopper, 'touches'>): Touch[] => [...touches].sort((a, b) => a.at - b.at);

const bought = ({ touches }: Shopper, { purchases = [] }: ListOptions): Touch[] =>
  [...touches.filter(({ kind }) => kind === 'purchase'), ...purchases.map(({ productId, at }): Touch => ({ id: productId, kind: 'purchase', at }))];

function originOf(list: ListOptions, shopper: Shopper, product: string | null, now: number): ListOrigin | undefined {
  const { kind, margin = DEFAULT_MARGIN } = list;
  switch (kind) {
    case 'bought-together': return { type: 'together' };
    case 'trending': return { type: 'trending', now };
    case 'recently-viewed': return { type: 'viewed', ids: viewed(shopper) };
    case 'buy-again': return { type: 'bought', touches: bought(shopper, list), now };
    case 'similar-cheaper': case 'similar-dearer':
      if (!(margin >= 0 && margin <= 1)) throw new VitrineError('bad_usage', 'recommend: "margin" must be a number from 0 to 1.');
      return product ? { type: kind === 'similar-cheaper' ? 'cheaper' : 'dearer', product, margin } : { type: 'viewed', ids: [] };
  }
}

/** Each product looked at, the one looked at last first. */
function viewed(shopper: Shopper): string[] {
  return [...new Set(inOrder(shopper).filter(({ kind }) => kind === 'view').map(({ id }) => id).reverse())];
}

/** What a page asks for as rules like the shop's. */
function requestRules({ pin = [], boost = [], bury = [], purchases = [] }: ListOptions): Rule[] {
  if (![pin, boost, bury, purchases].every(Array.isArray)) throw new VitrineError('bad_usage', 'recommend: "pin", "boost", "bury" and "purchases" must be lists.');
  return [
    ...pin.map((entry, at): Rule => (typeof entry === 'string'
      ? { action: 'pin', productIds: [entry], position: at } : { action: 'pin', productIds: [entry.productId], position: entry.position })),
    ...boost.map((entry): Rule => ({ ...entry, action: 'boost' })),
    ...bury.map((entry): Rule => ({ ...entry, action: 'bury' })),
  ];
}
