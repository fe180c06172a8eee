import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VitrineError } from '@vitrine/sdk/core';
import { requireShop } from '../../plugin-server/src/services/require-shop.ts';
import { DEMO_SHOP, runDemo } from '../demo/run-demo.ts';
import { collectionHandle } from '../shop/generator/products.ts';
import { isAvailable, isVisible } from '../shop/state.ts';
import type { BenchOptions } from './row.ts';

export interface ShopPage {
  readonly name: 'home' | 'product' | 'collection';
  readonly url: string;
  /** Share of the page in the platform's score of a theme. */
  readonly weight: number;
}

export interface ShopPages {
  readonly pages: readonly ShopPage[];
  /** Address of the plugin server: what comes from there is ours. */
  readonly appUrl: string;
  readonly products: number;
  /** Puts the plugin into the storefront's pages, or takes it out. */
  embed(on: boolean): void;
  close(): Promise<void>;
}

/** What `npm start` opens, without a person: the simulated shop with a trained and published model, on free ports. */
export async function openShopPages({ smoke, note }: BenchOptions): Promise<ShopPages> {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  try {
    const size = smoke ? { seed: 1, products: 200, orders: 3_000, epochs: 3, force: true } : DEMO_SHOP;
    const { shop, server, close } = await runDemo({ ...size, port: 0, shopPort: 0, home, show: () => {}, note, log: { info() {}, warn: note, error: note } });
    const { publishableKey: key } = await requireShop(server.ctx, shop.domain);
    const { appUrl } = server.ctx.config;
    const product = shop.products.find((product) => isVisible(product) && isAvailable(product));
    if (!product) throw new VitrineError('internal', 'The simulated shop has no product to look at.');
    return {
      appUrl, products: shop.products.length,
      pages: [
        { name: 'home', url: `${shop.origin}/`, weight: 0.17 },
        { name: 'product', url: `${shop.origin}/products/${product.handle}`, weight: 0.4 },
        { name: 'collection', url: `${shop.origin}/collections/${collectionHandle(product.type)}`, weight: 0.43 },
      ],
      embed: (on) => shop.setEmbed(on ? { appUrl, key } : null),
      async close() {
        await close();
        rmSync(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}
