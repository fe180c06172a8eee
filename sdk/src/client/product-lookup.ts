import { VitrineError } from '../core/errors.ts';
import type { UseCache } from './browser-cache.ts';
import type { Product } from './types.ts';

/** Ids in one request, the server's limit. */
const MOST_IDS = 50;
const KEEP_MS = 60_000;
const MOST_KEPT = 300;

export interface ProductLookup {
  /**
   * What the shop shows of products now: title, address, image, price. What may not be shown is absent.
   *
   * @throws VitrineError `upstream`
   */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, Product>>;
  /** Deletes what the browser stores of earlier answers. */
  forget(): void;
}

/**
 * Looks up products. Answers count for a minute, in memory. Which products a shopper was shown says something about
 * them, so only with their consent are the last answers also stored, for when the server is down.
 *
 * @example
 * const lookup = createProductLookup({ server, shop, fetch, now: Date.now, useCache, mayStore: () => consent.allowed });
 * const products = await lookup.find(['8001', '8002']);
 */
export function createProductLookup(options: {
  server: string; shop: string; fetch: typeof globalThis.fetch; now: () => number; useCache: UseCache; mayStore: () => boolean;
}): ProductLookup {
  const { server, shop, fetch, now, useCache, mayStore } = options;
  const url = `${server}/v1/shops/${encodeURIComponent(shop)}/products`;
  const kept = new Map<string, { at: number; product: Product | null }>();
  let storing: Promise<unknown> = Promise.resolve();

  const ask = async (ids: readonly string[]): Promise<void> => {
    let products: unknown;
    try {
      const response = await fetch(`${url}?ids=${ids.map(encodeURIComponent).join(',')}`, { credentials: 'omit' });
      if (!response.ok) throw new Error(`status ${response.status}`);
      products = ((await response.json()) as { products?: unknown }).products;
    } catch (cause) {
      throw new VitrineError('upstream', 'The products to show could not be fetched. Check data-server and the network.', { cause });
    }
    const found = byId(products);
    for (const id of ids) kept.set(id, { at: now(), product: found.get(id) ?? null });
    for (const id of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(id);
    }
  };

  const stored = async () => byId(await useCache(async (cache) => (await cache.match(url))?.json()));

  /** Adds what is known now to what is stored; the oldest leave. */
  const store = () => useCache(async (cache) => {
    const all = await stored();
    for (const [id, { product }] of kept) {
      all.delete(id);
      if (product) all.set(id, product);
    }
    if (mayStore()) await cache.put(url, Response.json([...all.values()].slice(-MOST_KEPT)));
  });

  return {
    async find(ids) {
      const unknown = [...new Set(ids)].filter((id) => !(now() - (kept.get(id)?.at ?? -Infinity) < KEEP_MS));
      const requests: Promise<void>[] = [];
      for (let at = 0; at < unknown.length; at += MOST_IDS) requests.push(ask(unknown.slice(at, at + MOST_IDS)));
      try {
        await Promise.all(requests);
      } catch (error) {
        const earlier = mayStore() ? await stored() : new Map<string, Product>();
        const known = ids.flatMap((id) => earlier.get(id) ?? []);
        if (known.length === 0) throw error;
        return byId(known);
      }
      if (unknown.length > 0 && mayStore()) storing = storing.then(store);
      return new Map(ids.flatMap((id) => {
        const product = kept.get(id)?.product;
        return product ? [[id, product]] : [];
      }));
    },

    forget() {
      storing = storing.then(() => useCache((cache) => cache.delete(url)));
    },
  };
}

/** What comes from outside, checked. */
function byId(products: unknown): Map<string, Product> {
  return new Map((Array.isArray(products) ? products : []).filter(isProduct).map((product) => [product.id, product]));
}

function isProduct(value: unknown): value is Product {
  const product = value as Product | null;
  return typeof product?.id === 'string' && typeof product.title === 'string' && typeof product.url === 'string';
}
