import { VitrineError } from '../core/errors.ts';
import type { VitrineEvent } from '../core/events/types.ts';
import { attempt } from './attempt.ts';
import { createBrowserCache } from './browser-cache.ts';
import { watchConsent, type ConsentPage } from './consent.ts';
import { createOutbox } from './outbox.ts';
import type { Recommender } from './recommender.ts';
import { trackPage } from './track-page.ts';
import type { TrackedEvent, Vitrine, VitrineOptions, VitrineSignals, VitrineStatus } from './types.ts';
import { createVisit } from './visit.ts';

/**
 * A client for one shop. It ranks on this device with the shop's published model, and with the shopper's consent reports
 * what they did. What is here from the start is the visit; the code that ranks, and the artifact, come with the first
 * `recommend()` or `ready`, so a page without widgets costs nothing.
 *
 * @throws VitrineError `bad_config` when shop, key or server is missing or malformed
 *
 * @example
 * const vitrine = createVitrine({ shop: 'demo.myshopify.com', key: 'pk_…', server: 'https://vitrine.example.com' });
 * vitrine.track({ type: 'product_viewed', productId: '8001' });
 * const { items } = await vitrine.recommend({ kind: 'related', productId: '8001', limit: 4 });
 */
export function createVitrine(options: VitrineOptions): Vitrine {
  const { shop, key, backend = 'auto', report, workerUrl, now = Date.now } = options;
  if (!shop) throw new VitrineError('bad_config', 'createVitrine: "shop" is missing. Give the shop id, e.g. "demo.myshopify.com".');
  if (!/^pk_/.test(key ?? '')) throw new VitrineError('bad_config', 'createVitrine: "key" must be the publishable key, "pk_…". Copy it from the dashboard.');
  const server = serverAddress(options.server);
  const base = `${server}/v1/shops/${encodeURIComponent(shop)}`;
  const useCache = createBrowserCache(attempt(() => globalThis.caches));
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
    storage: options.storage === undefined ? attempt(() => globalThis.localStorage) ?? null : options.storage,
  });
  let opening: Promise<Recommender> | null = null;
  const outbox = createOutbox({
    url: `${base}/events`, key, fetch,
    sendBeacon: typeof navigator === 'object' && 'sendBeacon' in navigator ? (url, body) => navigator.sendBeacon(url, body) : undefined,
    onDrop(count, why) {
      signal('error', new VitrineError(why === 'too large' ? 'too_large' : 'upstream', `${count} event(s) were not sent: ${why}.`));
    },
    onInvalid: (error) => void fail(error),
  });
  const consent = watchConsent({
    initial: options.consent,
    page: globalThis as ConsentPage,
    onChange(allowed) {
      if (!allowed) {
        outbox.clear();
        // At once, and after whatever is being stored at this moment.
        void useCache((cache) => cache.delete(`${base}/products`));
        void opening?.then((it) => it.forget(), () => {});
      }
      visit.allowStorage(allowed);
      signal('consent', allowed);
    },
  });
  if (consent.allowed || options.consent === false) visit.allowStorage(consent.allowed);

  let status: VitrineStatus = { artifact: null, backend: null, reason: 'not started', engine: null, offline: false, error: null };
  const onStatus = (next: VitrineStatus, why: 'ready' | 'backend') => {
    status = next;
    if (why === 'ready' && next.error) fail(next.error);
    else signal(why, next);
  };
  /** Tells of a failure once, however many wait for the same. */
  let told: unknown;
  const fail = (error: unknown): VitrineError => {
    const known = error instanceof Error && error.name === 'VitrineError' // each bundle has its own class
      ? (error as VitrineError)
      : new VitrineError('internal', 'Vitrine failed on this page.', { cause: error });
    if (told !== error) signal('error', known);
    told = error;
    return known;
  };
  const open = () => (opening ??= import('./recommender.ts').then(
    ({ createRecommender }) => createRecommender({
      server, shop, key, backend, fetch, now, useCache, workerUrl, visit, mayStore: () => consent.allowed, onStatus, onError: (error) => void fail(error),
    }),
    (cause: unknown) => {
      opening = null;
      const error = new VitrineError('upstream', 'The code that ranks could not be fetched. Check data-server and the network.', { cause });
      onStatus({ ...status, error }, 'ready');
      throw error;
    },
  ));

  const track = (input: TrackedEvent): void => {
    try {
      if (!visit.note(input)) return;
      if (consent.allowed && (report !== 'lists' || /^(impression|recommendation)/.test(input.type))) {
        const { sessionId, visitorId } = visit;
        outbox.push({ ...input, id: uuid(), at: now(), sessionId, ...(visitorId ? { visitorId } : {}) } as VitrineEvent);
      }
      signal('event', input);
    } catch (error) {
      fail(error);
    }
  };

  const stops: (() => void)[] = [];
  if (typeof document === 'object') {
    const onHidden = () => {
      if (document.visibilityState === 'hidden') outbox.leave();
    };
    document.addEventListener('visibilitychange', onHidden);
    stops.push(() => document.removeEventListener('visibilitychange', onHidden));
    if (options.trackPage) stops.push(trackPage({ document, track, setCart: (ids) => visit.setCart(ids) }));
  }

  return {
    track,
    async recommend(request) {
      try {
        return await (await open()).recommend(request);
      } catch (error) {
        throw fail(error);
      }
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener as (signal: never) => void));
      return () => void set.delete(listener as (signal: never) => void);
    },
    consent: (allowed) => consent.set(allowed),
    get status() {
      return status;
    },
    get ready(): Promise<VitrineStatus> {
      return open().then((it) => it.ready(), () => status);
    },
    dispose() {
      outbox.leave();
      consent.dispose();
      for (const stop of stops) stop();
      listeners.clear();
      void opening?.then((it) => it.dispose(), () => {});
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

/** `randomUUID` exists on https pages only. */
function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80; // RFC 9562's variant
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
