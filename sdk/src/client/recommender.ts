import { VitrineError } from '../core/errors.ts';
import { arrange } from '../core/lists/arrange.ts';
import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import type { RankedItem } from '../core/models/recommendation/types.ts';
import { createArtifactSource } from './artifact-source.ts';
import type { UseCache } from './browser-cache.ts';
import { fallbackList } from './fallback-list.ts';
import { createModelHost } from './model-host.ts';
import { createProductLookup } from './product-lookup.ts';
import type { RecommendedItem, RecommendRequest, Recommendations, VitrineOptions, VitrineStatus } from './types.ts';
import type { Visit } from './visit.ts';

export interface RecommenderOptions extends Required<Pick<VitrineOptions, 'shop' | 'key' | 'server' | 'backend' | 'fetch' | 'now'>> {
  readonly useCache: UseCache;
  readonly workerUrl?: VitrineOptions['workerUrl'];
  readonly visit: Visit;
  /** Whether the shopper allows storage. */
  readonly mayStore: () => boolean;
  readonly onStatus: (status: VitrineStatus, why: 'ready' | 'backend') => void;
  /** What failed without keeping an answer from anyone. */
  readonly onError: (error: unknown) => void;
}

export interface Recommender {
  readonly status: VitrineStatus;
  /** Loads the artifact, if that has not begun. Never rejects. */
  ready(): Promise<VitrineStatus>;
  recommend(request: RecommendRequest): Promise<Recommendations>;
  /** Deletes what the browser stores of the shopper. */
  forget(): void;
  dispose(): void;
}

/** What a widget shows before the shop's products are looked up; without a version no engine ranked it. */
interface Ranked {
  readonly items: readonly RankedItem[];
  readonly version: string | null;
  readonly backend: Recommendations['backend'];
  readonly wants?: readonly string[];
}

/** Ranked beyond what is shown, so that what has just sold out can drop out. */
const SPARES = 4;
const DEFAULT_LIMIT = 4;
const MOST_ITEMS = 24;

/** How many items a request asks for. */
export const limitOf = ({ limit = DEFAULT_LIMIT }: Pick<RecommendRequest, 'limit'>): number => Math.min(MOST_ITEMS, Math.max(1, Math.trunc(limit) || DEFAULT_LIMIT));

/** A widget waits this long for the model; then it shows what is popular, if that is known. */
export const PATIENCE_MS = 10_000;
/** A server that is silent for this long counts as down: sooner where something earlier can stand in for its answer. */
const SERVER_MS = 20_000;
const KNOWN_SERVER_MS = 4_000;
/** Time for an artifact of megabytes on a slow line. */
const DOWNLOAD_MS = 120_000;

/**
 * What makes the client recommend; loaded with the first `recommend()` or `ready`. It answers, in this order:
 *
 * 1. with the live artifact, from the cache or the server,
 * 2. with the last known artifact, where the live one cannot be had,
 * 3. with the popular products that came with the release, where no engine ranks in time,
 * 4. not at all: it rejects, and a widget stays invisible.
 *
 * A lost Worker is replaced, and the request asked again.
 */
export function createRecommender(options: RecommenderOptions): Recommender {
  const { server, shop, key, backend, now, useCache, visit, mayStore, onStatus, onError, workerUrl } = options;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isKnown = await useCache((cache) => cache.match(String(input), { ignoreSearch: true }));
    const patience = isKnown ? KNOWN_SERVER_MS : String(input).includes('/artifacts/') ? DOWNLOAD_MS : SERVER_MS;
    return options.fetch(input, { signal: AbortSignal.timeout?.(patience), ...init });
  };
  const host = createModelHost({ shop, key, backend, now, workerUrl, source: createArtifactSource({ server, shop, fetch, useCache }), onStatus, onError });
  const lookup = createProductLookup({ server, shop, fetch, now, useCache, mayStore });
  let disposed = false;
  /** Since when no engine has answered: a page's lists wait together, not one after the other. */
  let waitingSince: number | null = null;

  const asked = ({ limit, reasons, ...list }: RecommendRequest): ListRequest => ({
    list, limit: limitOf({ limit }) + SPARES, now: now(),
    shopper: { items: visit.items, cart: visit.cart, product: visit.product, touches: [...visit.past, ...visit.items] },
    unavailable: host.release?.unavailable ?? [], rules: host.release?.rules,
  });

  /** Ends: the host gives up when engines keep getting lost. */
  const rank = async (request: RecommendRequest): Promise<Ranked> => {
    try {
      return (await host.start()) ? await host.rank(asked(request)) : { items: [], version: null, backend: null };
    } catch (error) {
      const isLost = error instanceof VitrineError && error.code === 'cancelled' && !disposed;
      if (isLost) return rank(request);
      throw error;
    }
  };

  const rankWithout = (request: RecommendRequest): Ranked | null => {
    const items = fallbackList(asked(request), host.release?.popular ?? []);
    return items.length > 0 ? { items, version: null, backend: null } : null;
  };

  return {
    get status() {
      return host.status;
    },
    ready: () => host.start().then(() => host.status, () => host.status),
    async recommend(request) {
      waitingSince ??= now();
      const ranking = rank(request).finally(() => { waitingSince = null; });
      const { items, version, backend: by, wants } = await within(waitingSince + PATIENCE_MS - now(), ranking).catch((error: unknown) => {
        // A mistake in the request is the page's to see, not to paper over.
        if (error instanceof VitrineError && (error.code === 'bad_usage' || error.code === 'bad_input')) throw error;
        return rankWithout(request) ?? ranking;
      });
      // What a shopper has looked at is told to the server only with consent; what the page itself is about is no secret.
      const open = [request.productId, visit.product, ...(request.productIds ?? [])];
      const named = items.flatMap(({ reason: { item } }) => (request.reasons && item && (mayStore() || open.includes(item)) ? [item] : []));
      const products = await lookup.find([...items.map(({ id }) => id), ...named]);
      const known = items.filter(({ id }) => products.has(id));
      const shown = arrange(known, limitOf(request)).map(({ id, reason }, position): RecommendedItem => {
        const title = named.includes(reason.item!) ? products.get(reason.item!)?.title : undefined;
        return { ...products.get(id)!, position, reason: title ? { ...reason, title } : reason };
      });
      return { items: shown, artifact: version, backend: by, ...(wants?.length ? { partial: true } : {}) };
    },
    forget: () => lookup.forget(),
    dispose() {
      disposed = true;
      host.dispose();
    },
  };
}

/** Rejects when the time is over; `work` goes on. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too late')), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
