import { VitrineError } from '../core/errors.ts';
import type { VitrineEvent } from '../core/events/types.ts';
import { validateEvent } from '../core/events/validate.ts';
import { createArtifactSource } from './artifact-source.ts';
import { createBrowserCache } from './browser-cache.ts';
import { watchConsent, type ConsentPage } from './consent.ts';
import { createEventQueue } from './event-queue.ts';
import { createModelHost } from './model-host.ts';
import { limitOf, planRanking } from './plan-ranking.ts';
import { createProductLookup } from './product-lookup.ts';
import { trackPage } from './track-page.ts';
import type {
  RecommendedItem, RecommendRequest, Recommendations, TrackedEvent, Vitrine, VitrineOptions, VitrineSignals, VitrineStatus, VisitStorage,
} from './types.ts';
import { createVisit } from './visit.ts';

/**
 * A client for one shop. It ranks on this device with the shop's published model, and with the shopper's consent reports
 * what they did. Loading begins with the first `recommend()` or with `ready`, so a page without widgets costs nothing.
 *
 * @throws VitrineError `bad_config` when shop, key or server is missing or malformed
 *
 * @example
 * const vitrine = createVitrine({ shop: 'demo.myshopify.com', key: 'pk_…', server: 'https://vitrine.example.com' });
 * vitrine.track({ type: 'product_viewed', productId: '8001' });
 * const { items } = await vitrine.recommend({ kind: 'related', productId: '8001', limit: 4 });
 */
export function createVitrine(options: VitrineOptions): Vitrine {
  const { shop, key, backend = 'auto', now = Date.now } = options;
  if (!shop) throw new VitrineError('bad_config', 'createVitrine: "shop" is missing. Give the shop id, e.g. "demo.myshopify.com".');
  if (!/^pk_/.test(key ?? '')) throw new VitrineError('bad_config', 'createVitrine: "key" must be the publishable key, "pk_…". Copy it from the dashboard.');
  const server = serverAddress(options.server);
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  const listeners = new Map<string, Set<(signal: never) => void>>();
  const signal = <Name extends keyof VitrineSignals>(name: Name, value: VitrineSignals[Name]) => {
    for (const listener of listeners.get(name) ?? []) {
      try {
        (listener as (signal: VitrineSignals[Name]) => void)(value);
      } catch (error) {
        reportError(error); // a listener's mistake is the page's to see, and no reason to stop
      }
    }
  };

  const visit = createVisit({
    shop, now, uuid,
    storage: options.storage === undefined ? browserStorage() : options.storage,
  });
  const queue = createEventQueue({
    url: `${server}/v1/shops/${encodeURIComponent(shop)}/events`, key, fetch,
    sendBeacon: typeof navigator === 'object' && 'sendBeacon' in navigator ? (url, body) => navigator.sendBeacon(url, body) : undefined,
    onDrop(count, why) {
      signal('error', new VitrineError(why === 'too large' ? 'too_large' : 'upstream', `${count} event(s) were not sent: ${why}.`));
    },
  });
  const consent = watchConsent({
    initial: options.consent,
    page: globalThis as ConsentPage,
    onChange(allowed) {
      if (!allowed) {
        queue.clear();
        lookup.forget();
      }
      visit.allowStorage(allowed);
      signal('consent', allowed);
    },
  });
  if (consent.allowed || options.consent === false) visit.allowStorage(consent.allowed);
  const useCache = createBrowserCache(globalThis.caches);
  const host = createModelHost({
    shop, key, backend, now, workerUrl: options.workerUrl,
    source: createArtifactSource({ server, shop, fetch, useCache }),
    onStatus(status, why) {
      if (why === 'ready' && status.error) signal('error', status.error);
      else signal(why, status);
    },
  });
  const lookup = createProductLookup({ server, shop, fetch, now, useCache, mayStore: () => consent.allowed });

  const track = (input: TrackedEvent): void => {
    try {
      const stamped = { ...input, id: uuid(), at: now(), sessionId: visit.sessionId } as VitrineEvent;
      validateEvent(stamped);
      if (!visit.note(input)) return;
      if (consent.allowed) {
        const { sessionId, visitorId } = visit; // the note may have begun another visit
        queue.push({ ...stamped, sessionId, ...(visitorId ? { visitorId } : {}) });
      }
      signal('event', input);
    } catch (error) {
      signal('error', asVitrineError(error));
    }
  };

  const recommend = async (request: RecommendRequest): Promise<Recommendations> => {
    const model = await host.start();
    if (!model) return { items: [], artifact: null, backend: null };
    const ranking = await host.rank(planRanking(request, visit, model.goals, host.unavailable));
    const products = await lookup.find(ranking.items.map((item) => item.id));
    const shown: RecommendedItem[] = [];
    for (const { id, source } of ranking.items) {
      const product = products.get(id);
      if (product && shown.length < limitOf(request)) shown.push({ ...product, position: shown.length, source });
    }
    return { items: shown, artifact: ranking.version, backend: ranking.backend };
  };

  const stops: (() => void)[] = [];
  if (typeof document === 'object') {
    const onHidden = () => {
      if (document.visibilityState === 'hidden') queue.flushOnLeave();
    };
    document.addEventListener('visibilitychange', onHidden);
    stops.push(() => document.removeEventListener('visibilitychange', onHidden));
    if (options.trackPage) stops.push(trackPage({ document, track, setCart: (ids) => visit.setCart(ids) }));
  }

  return {
    track,
    recommend: (request) => recommend(request).catch((error: unknown) => Promise.reject(asVitrineError(error))),
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener as (signal: never) => void));
      return () => void set.delete(listener as (signal: never) => void);
    },
    consent: (allowed) => consent.set(allowed),
    get status() {
      return host.status;
    },
    get ready(): Promise<VitrineStatus> {
      return host.start().then(() => host.status, () => host.status);
    },
    dispose() {
      queue.flushOnLeave();
      consent.dispose();
      for (const stop of stops) stop();
      listeners.clear();
      host.dispose();
    },
  };
}

function serverAddress(server: string): string {
  try {
    const { protocol, href } = new URL(server);
    if (protocol === 'https:' || protocol === 'http:') return href.replace(/\/+$/, '');
  } catch {
    // said below
  }
  throw new VitrineError('bad_config', 'createVitrine: "server" must be the plugin server\'s address, e.g. "https://vitrine.example.com".');
}

/** Reading `localStorage` throws where the browser blocks it. */
function browserStorage(): VisitStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** `randomUUID` exists on https pages only. */
function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80; // RFC 9562's variant
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function asVitrineError(error: unknown): VitrineError {
  return error instanceof VitrineError ? error : new VitrineError('internal', 'Vitrine failed on this page.', { cause: error });
}
