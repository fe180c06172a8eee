import type { Browser, Page } from 'playwright-core';
import type { Session } from '../shop/generator/types.ts';
import type { Shop } from '../shop/shop.ts';
import { isAvailable, isVisible } from '../shop/state.ts';

/** A shopper leaves after so many product pages. */
const PAGES = 3;
/** Longer than the second after which a widget counts as seen. */
const LOOK = 1_200;
/** A busy machine takes its time. */
const PATIENCE = 20_000;

/**
 * Lets shoppers of the simulated shop visit it again, in a real browser and with the widgets on its pages. Each of the
 * latest sessions that viewed several products becomes one visit: its shopper agrees to be measured, opens the products in
 * the session's order, follows a recommendation only when it leads to the product that the session viewed next, and puts the
 * last one into the cart.
 *
 * @returns how many recommendations were followed
 */
export async function visitStorefront(browser: Browser, shop: Shop, visits: number): Promise<number> {
  const handles = new Map(shop.products.filter((product) => isVisible(product) && isAvailable(product)).map(({ id, handle }) => [id, handle]));
  const viewed = ({ events }: Session) => [...new Set(events.flatMap((event) => (event.type === 'product_viewed' && handles.has(event.productId!) ? [handles.get(event.productId!)!] : [])))];
  const routes = shop.sessions.map(viewed).filter((route) => route.length > 1).slice(-visits);
  let followed = 0;
  for (const route of routes) followed += await visit(browser, shop.origin, route);
  return followed;
}

async function visit(browser: Browser, origin: string, route: readonly string[]): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  let followed = 0;
  try {
    const page = await context.newPage();
    await acceptConsent(page, origin);
    const left = [...route];
    for (let pages = 0; pages < PAGES && left.length > 0; pages++) {
      const here = left.shift()!;
      if (!page.url().endsWith(`/products/${here}`)) await page.goto(`${origin}/products/${here}`);
      const links = await showRecommendations(page, 'related').catch(() => null);
      if (!links) continue; // the engine did not start in time: no widget, and the shopper goes on
      await page.waitForTimeout(LOOK);
      const shown = await links.evaluateAll((list) => list.map((link) => new URL((link as HTMLAnchorElement).href).pathname.split('/').at(-1)!));
      if (left.length === 0 || !shown.includes(left[0])) continue;
      await links.nth(shown.indexOf(left[0])).click();
      await page.waitForURL(`**/products/${left[0]}`);
      followed++;
    }
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.waitForURL('**/cart');
    await showRecommendations(page, 'bought-together').catch(() => null);
    await page.waitForTimeout(LOOK);
    await page.goto(origin); // leaving a page sends what it noted
  } finally {
    await context.close();
  }
  return followed;
}

/** Opens the shop's first page and agrees to be measured. */
export async function acceptConsent(page: Page, origin: string): Promise<void> {
  await page.goto(origin);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.locator('[data-consent]').waitFor({ state: 'detached' });
}

/** Scrolls to the page's widget and waits until it shows products. Returns their links. */
export async function showRecommendations(page: Page, kind: string) {
  const widget = page.locator(`vitrine-recommendations[kind="${kind}"]`);
  await widget.scrollIntoViewIfNeeded();
  const links = widget.locator('[part~="link"]');
  await links.first().waitFor({ timeout: PATIENCE });
  return links;
}
