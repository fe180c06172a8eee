import { VitrineError } from '@vitrine/sdk/core';
import { launchBrowser } from '../browser.ts';
import type { Shop } from '../shop/shop.ts';

export interface PageCheck {
  readonly url: string;
  /** Which backend ranked in the browser: `webgl` or `js`. */
  readonly backend: string;
  /** Where the engine ran. */
  readonly engine: string;
  /** Titles shown, in order. */
  readonly items: readonly string[];
  /** Bytes fetched from the plugin server by the first page view, by kind, as transferred. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** How long the browser may take on a busy machine. */
const PATIENCE = 60_000;

/**
 * Opens a product page of the storefront in a headless browser and waits for the widget to show what the browser ranked.
 * @throws VitrineError `internal` when nothing is recommended, or the page reported an error
 */
export async function checkPage(shop: Shop, appUrl: string, signal?: AbortSignal): Promise<PageCheck> {
  const product = shop.products.find(({ status, publishedAt, variants }) => status === 'active' && publishedAt !== null && variants.some(({ quantity }) => quantity > 0));
  if (!product) throw new VitrineError('internal', 'The simulated shop has no product to look at.');
  const url = `${shop.origin}/products/${product.handle}`;
  // Ctrl-C is the caller's: the server has to be closed too.
  const browser = await launchBrowser({ handleSIGINT: false, handleSIGTERM: false });
  const onStop = () => void browser.close();
  signal?.addEventListener('abort', onStop);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    const bytes: Record<string, number> = {};
    page.on('requestfinished', async (request) => {
      if (!request.url().startsWith(appUrl)) return;
      const { responseBodySize } = await request.sizes();
      const name = kindOf(new URL(request.url()).pathname);
      bytes[name] = (bytes[name] ?? 0) + responseBodySize;
    });
    await page.goto(url);
    const widget = page.locator('vitrine-recommendations[kind="related"]');
    await widget.scrollIntoViewIfNeeded();
    await widget.locator('[part~="title"]').first().waitFor({ timeout: PATIENCE }).catch(() => {
      throw new VitrineError('internal', `The storefront shows no recommendations: ${problems[0] ?? 'the widget stayed empty'}.`);
    });
    if (problems.length > 0) throw new VitrineError('internal', `The storefront reported an error: ${problems[0]}`);
    const items = await widget.locator('[part~="title"]').allInnerTexts();
    const status = await page.evaluate(() => (globalThis as unknown as { vitrine: { status: { backend: string; engine: string } } }).vitrine.status);
    return { url, backend: status.backend, engine: status.engine, items, bytes };
  } finally {
    signal?.removeEventListener('abort', onStop);
    await browser.close();
  }
}

function kindOf(path: string): string {
  if (path.includes('/artifacts/')) return 'artifact';
  if (path.startsWith('/assets/')) return path.slice('/assets/'.length).replace(/-[\w]{8,}(?=\.)/, '');
  return path.split('/').at(-1)!;
}
