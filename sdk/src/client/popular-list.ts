import type { UseCache } from './browser-cache.ts';

/** Enough for the largest widget after what is in the cart, sold out or no longer shown has dropped out. */
const MOST_KEPT = 48;

export interface PopularList {
  /** Product ids, most popular first; empty where none was ever kept. */
  read(): Promise<readonly string[]>;
  /** Keeps the list of an artifact that has been verified; a version that is kept already is not read again. */
  keep(version: string, list: (limit: number) => Promise<readonly string[]>): Promise<void>;
}

/**
 * The last verified artifact's most popular products, for when no engine answers. It says nothing about the shopper, so
 * it is kept without consent, as the artifact is.
 *
 * @example
 * const popular = createPopularList({ url: `${server}/v1/shops/${shop}/popular`, useCache });
 */
export function createPopularList({ url, useCache }: { url: string; useCache: UseCache }): PopularList {
  let kept: string | undefined;
  const stored = () => useCache(async (cache) => (await (await cache.match(url))?.json()) as { version?: unknown; ids?: unknown } | undefined);

  return {
    async read() {
      const ids = (await stored())?.ids;
      return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
    },
    async keep(version, list) {
      if (kept === version) return;
      kept = version;
      if ((await stored())?.version === version) return;
      const ids = await list(MOST_KEPT);
      await useCache((cache) => cache.put(url, Response.json({ version, ids })));
    },
  };
}
