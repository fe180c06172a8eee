import { VitrineError } from '../core/errors.ts';
import type { Product } from './types.ts';

/** Ids in one request, the server's limit. */
const MOST_IDS = 50;
const KEEP_MS = 60_000;
const MOST_KEPT = 300;

export type ProductLookup = (ids: readonly string[]) => Promise<ReadonlyMap<string, Product>>;

/**
 * Looks up what the shop shows of products now: title, address, image, price. What may not be shown is absent. Answers
 * are kept for a minute, in memory only.
 *
 * @throws VitrineError `upstream`
 *
 * @example
 * const lookup = createProductLookup({ server, shop, fetch, now: Date.now });
 * const products = await lookup(['8001', '8002']);
 */
export function createProductLookup(options: { server: string; shop: string; fetch: typeof globalThis.fetch; now: () => number }): ProductLookup {
  const { server, shop, fetch, now } = options;
  const kept = new Map<string, { at: number; product: Product | null }>();

  const ask = async (ids: readonly string[]): Promise<void> => {
    const url = `${server}/v1/shops/${encodeURIComponent(shop)}/products?ids=${ids.map(encodeURIComponent).join(',')}`;
    let products: unknown;
    try {
      const response = await fetch(url, { credentials: 'omit' });
      if (!response.ok) throw new Error(`status ${response.status}`);
      products = ((await response.json()) as { products?: unknown }).products;
    } catch (cause) {
      throw new VitrineError('upstream', 'The products to show could not be fetched. Check data-server and the network.', { cause });
    }
    const found = new Map((Array.isArray(products) ? products : []).filter(isProduct).map((product) => [product.id, product]));
    for (const id of ids) kept.set(id, { at: now(), product: found.get(id) ?? null });
    for (const id of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(id);
    }
  };

  return async (ids) => {
    const unknown = [...new Set(ids)].filter((id) => !(now() - (kept.get(id)?.at ?? -Infinity) < KEEP_MS));
    const requests: Promise<void>[] = [];
    for (let at = 0; at < unknown.length; at += MOST_IDS) requests.push(ask(unknown.slice(at, at + MOST_IDS)));
    await Promise.all(requests);
    return new Map(ids.flatMap((id) => {
      const product = kept.get(id)?.product;
      return product ? [[id, product]] : [];
    }));
  };
}

function isProduct(value: unknown): value is Product {
  const product = value as Product | null;
  return typeof product?.id === 'string' && typeof product.title === 'string' && typeof product.url === 'string';
}
