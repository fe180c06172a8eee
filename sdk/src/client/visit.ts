import { VitrineError } from '../core/errors.ts';
import type { Touch } from '../core/models/recommendation/types.ts';
import type { TrackedEvent, VisitStorage } from './types.ts';

/** A visit ends after this long without an event. */
export const VISIT_MS = 30 * 60_000;
/** Touched items kept, as many as the encoder reads. */
export const MOST_ITEMS = 50;
/** Of earlier visits: what was bought, and as many views. */
export const MOST_PAST = 100;

interface State {
  readonly id: string;
  /** Milliseconds since 1970 of the last event. */
  at: number;
  items: Touch[];
  /** Earlier visits. */
  past: Touch[];
  cart: string[];
  /** The last order reported, so that a reloaded thank-you page does not report it twice. */
  order: string | null;
}

export interface Visit {
  readonly sessionId: string;
  /** Only with consent. */
  readonly visitorId: string | undefined;
  /** What was looked at, put in the cart and bought, oldest first. */
  readonly items: readonly Touch[];
  /** Earlier visits. */
  readonly past: readonly Touch[];
  readonly cart: readonly string[];
  /** The product this page shows, if any. */
  readonly product: string | null;
  /**
   * Takes note of an event; false when it was known already.
   * @throws VitrineError `bad_input` for an event it cannot understand; the queue looks closer
   */
  note(event: TrackedEvent): boolean;
  /** What the page says is in the cart. */
  setCart(ids: readonly string[]): void;
  /**
   * With consent the visit goes on from page to page; it begins without. Withdrawn, everything stored is deleted and the
   * ids are new ones.
   */
  allowStorage(allowed: boolean): void;
}

/**
 * This visit's events, for ranking and for naming the session, and what was looked at and bought before. Lives in memory, and in `storage` only while the
 * shopper allows it. Storage that is blocked or full counts as absent.
 *
 * @example
 * const visit = createVisit({ shop, storage: localStorage, now: Date.now, uuid: () => crypto.randomUUID() });
 * if (consent.allowed) visit.allowStorage(true); // goes on with the visit of the page before
 */
export function createVisit(options: {
  shop: string; storage: VisitStorage | null; now: () => number; uuid: () => string;
}): Visit {
  const { shop, storage, now, uuid } = options;
  const visitKey = `vitrine:visit:${shop}`;
  const visitorKey = `vitrine:visitor:${shop}`;
  let allowed = false;
  let visitorId: string | undefined;
  let product: string | null = null;

  const attempt = <T>(use: (storage: VisitStorage) => T): T | null => {
    try {
      return storage && use(storage);
    } catch {
      return null;
    }
  };
  const fresh = ({ past, items }: Pick<State, 'past' | 'items'> = { past: [], items: [] }): State => {
    const all = [...past, ...items];
    return {
      id: uuid(), at: now(), items: [], cart: [], order: null,
      past: ['view', 'purchase'].flatMap((kind) => all.filter((touch) => touch.kind === kind).slice(-MOST_PAST)),
    };
  };
  const stored = () => parseState(attempt((kept) => kept.getItem(visitKey)));
  let state = fresh();

  /** Another tab may have gone on with the visit, or half an hour may have passed. */
  const refresh = () => {
    if (allowed) state = stored() ?? state;
    const idle = now() - state.at;
    if (idle > VISIT_MS || idle < -VISIT_MS) state = fresh(state);
  };
  const save = () => {
    if (allowed) attempt((kept) => kept.setItem(visitKey, JSON.stringify(state)));
  };
  const identify = () => {
    visitorId = attempt((kept) => kept.getItem(visitorKey)) ?? uuid();
    attempt((kept) => kept.setItem(visitorKey, visitorId!));
  };

  const touch = (id: string, kind: Touch['kind']) => {
    const last = state.items.at(-1);
    if (last?.id === id && last.kind === kind) return; // a reload is not a second look
    state.items.push({ id, kind, at: now() });
    state.items.splice(0, state.items.length - MOST_ITEMS);
  };

  const apply = (event: TrackedEvent): boolean => {
    switch (event.type) {
      case 'page_viewed':
        product = null;
        break;
      case 'product_viewed':
        product = known(event.productId);
        touch(product, 'view');
        break;
      case 'product_added_to_cart':
        touch(known(event.productId), 'cart');
        state.cart = [...new Set([...state.cart, event.productId])];
        break;
      case 'product_removed_from_cart':
        state.cart = state.cart.filter((id) => id !== event.productId);
        break;
      case 'cart_viewed':
      case 'checkout_started':
        state.cart = event.items.map((item) => known(item.productId));
        break;
      case 'checkout_completed':
        if (state.order === event.orderId) return false;
        state.order = event.orderId;
        for (const id of state.cart) touch(id, 'purchase');
        state.cart = [];
        break;
      default:
        if (!OTHERS.includes(event.type)) throw new VitrineError('bad_input', 'type: must be a known event type');
    }
    return true;
  };

  return {
    get sessionId() {
      return state.id;
    },
    get visitorId() {
      return visitorId;
    },
    get items() {
      return state.items;
    },
    get past() {
      return state.past;
    },
    get cart() {
      return state.cart;
    },
    get product() {
      return product;
    },
    note(event) {
      refresh();
      const isNew = apply(event);
      state.at = now();
      save();
      return isNew;
    },
    setCart(ids) {
      refresh();
      state.cart = [...ids];
      save();
    },
    allowStorage(next) {
      if (next && allowed) return;
      allowed = next;
      if (allowed) {
        const before = stored();
        if (before && Math.abs(now() - before.at) <= VISIT_MS) {
          const cart = state.cart.length > 0 ? state.cart : before.cart;
          state = { ...before, at: now(), items: [...before.items, ...state.items].slice(-MOST_ITEMS), cart };
        } else if (before) state.past = fresh(before).past;
        identify();
        save();
      } else {
        visitorId = undefined;
        state = { ...state, id: uuid(), past: [] };
        attempt((kept) => kept.removeItem(visitKey));
        attempt((kept) => kept.removeItem(visitorKey));
      }
    },
  };
}

/** Events that say nothing of this visit's items. */
const OTHERS = ['collection_viewed', 'search_submitted', 'impression', 'recommendation_clicked'];

function known(productId: unknown): string {
  if (typeof productId === 'string' && productId) return productId;
  throw new VitrineError('bad_input', 'productId: must be text');
}

/** What storage holds is input like any other: anything unexpected starts a new visit. */
function parseState(json: string | null): State | null {
  if (!json) return null;
  try {
    const { id, at, items, past, cart, order } = JSON.parse(json) as Partial<State>;
    if (typeof id !== 'string' || typeof at !== 'number' || !Array.isArray(items) || !Array.isArray(cart)) return null;
    const touches = (list: Touch[] = []) => list.filter((item) => typeof item?.id === 'string' && item.at >= 0 && /^(view|cart|purchase)$/.test(item.kind));
    return {
      id, at, past: touches(past),
      items: touches(items).slice(-MOST_ITEMS),
      cart: cart.filter((entry) => typeof entry === 'string'),
      order: typeof order === 'string' ? order : null,
    };
  } catch {
    return null;
  }
}
