import type { Browser } from '@shopify/web-pixels-extension';

/** A visit ends after this long without an event, as in the SDK. */
const VISIT_MS = 30 * 60_000;

export interface VisitIds {
  readonly sessionId: string;
  readonly visitorId?: string;
}

export interface VisitReader {
  read(): Promise<VisitIds>;
  /** Deletes what this pixel stored. */
  forget(): Promise<void>;
}

/**
 * The visit as the SDK names it on the same shop's pages, so that what it and the pixel report is one visit. Where the SDK
 * has stored none, in a checkout after a long pause or on a theme without it, the pixel names the visit itself.
 *
 * The platform's client id is not used: it outlives the visit, and we need no more than the visit.
 */
export function createVisitReader(options: { shop: string; browser: Pick<Browser, 'localStorage'>; now: () => number; uuid: () => string }): VisitReader {
  const { shop, browser: { localStorage }, now, uuid } = options;
  const ownKey = `vitrine:pixel:${shop}`;
  let own: { id: string; at: number } | undefined; // where storage is closed to us

  const get = async (key: string): Promise<string | null> => {
    try {
      return await localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const set = (work: () => Promise<unknown>) => work().then(() => {}, () => {});

  return {
    async read() {
      const visitorId = (await get(`vitrine:visitor:${shop}`)) || undefined;
      let visit = recent(await get(`vitrine:visit:${shop}`), now());
      if (!visit) {
        visit = recent(await get(ownKey), now()) ?? (own && now() - own.at <= VISIT_MS ? own.id : uuid());
        own = { id: visit, at: now() };
        await set(() => localStorage.setItem(ownKey, JSON.stringify(own)));
      }
      return { sessionId: visit, ...(visitorId && { visitorId }) };
    },
    async forget() {
      own = undefined;
      await set(() => localStorage.removeItem(ownKey));
    },
  };
}

/** The id of a stored visit that has not ended; what storage holds is input like any other. */
function recent(json: string | null, now: number): string | undefined {
  try {
    const { id, at } = JSON.parse(json ?? 'null') as { id?: unknown; at?: unknown };
    return typeof id === 'string' && typeof at === 'number' && Math.abs(now - at) <= VISIT_MS ? id : undefined;
  } catch {
    return undefined;
  }
}
