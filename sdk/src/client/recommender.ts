import { VitrineError } from '../core/errors.ts';
import { createArtifactSource } from './artifact-source.ts';
import type { UseCache } from './browser-cache.ts';
import { createModelHost } from './model-host.ts';
import { limitOf, planRanking } from './plan-ranking.ts';
import { createPopularList } from './popular-list.ts';
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

/** What a widget shows before the shop's products are looked up; without a version it is the popular list. */
interface Ranked {
  readonly items: readonly Pick<RecommendedItem, 'id' | 'source'>[];
  readonly version: string | null;
  readonly backend: Recommendations['backend'];
}

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
 * 3. with the popular products of the last artifact that was verified here, where no engine ranks in time,
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
  const popular = createPopularList({ url: `${server}/v1/shops/${encodeURIComponent(shop)}/popular`, useCache });
  let disposed = false;

  const rankOnce = async (request: RecommendRequest): Promise<Ranked> => {
    const model = await host.start();
    if (!model) return { items: [], version: null, backend: null };
    const ranking = await host.rank(planRanking(request, visit, model.goals, host.unavailable));
    void popular.keep(ranking.version, async (limit) => (await host.rank({ session: [], goal: 'view', limit })).items.map(({ id }) => id)).catch(() => {});
    return ranking;
  };

  /** Ends: the host gives up when engines keep getting lost. */
  const rank = (request: RecommendRequest): Promise<Ranked> =>
    rankOnce(request).catch((error: unknown) => {
      const isLost = error instanceof VitrineError && error.code === 'cancelled' && !disposed;
      if (isLost) return rank(request);
      throw error;
    });

  const rankPopular = async (request: RecommendRequest): Promise<Ranked | null> => {
    if (request.filter) return null; // a list of ids knows nothing of types and prices
    const { exclude, limit } = planRanking(request, visit, [], host.unavailable);
    const ids = (await popular.read()).filter((id) => !exclude?.has(id)).slice(0, limit);
    return ids.length > 0 ? { items: ids.map((id) => ({ id, source: 'popular' })), version: null, backend: null } : null;
  };

  return {
    get status() {
      return host.status;
    },
    ready: () => host.start().then(() => host.status, () => host.status),
    async recommend(request) {
      const ranking = rank(request);
      const { items, version, backend: by } = await within(PATIENCE_MS, ranking).catch(async (error: unknown) => {
        // A mistake in the request is the page's to see, not to paper over.
        if (error instanceof VitrineError && (error.code === 'bad_usage' || error.code === 'bad_input')) throw error;
        return (await rankPopular(request)) ?? ranking;
      });
      const products = await lookup.find(items.map(({ id }) => id));
      const shown: RecommendedItem[] = [];
      for (const { id, source } of items) {
        const product = products.get(id);
        if (product && shown.length < limitOf(request)) shown.push({ ...product, position: shown.length, source });
      }
      return { items: shown, artifact: version, backend: by };
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
