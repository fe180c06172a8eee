import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page, PageScreenshotOptions } from 'playwright-core';
import { launchBrowser } from '../browser.ts';
import { THEMES, type Theme } from '../shop/storefront/look.ts';
import type { Demo } from './run-demo.ts';
import { acceptConsent, showRecommendations, visitStorefront } from './visit-storefront.ts';

/** Visits before the dashboard is drawn. */
const VISITS = 8;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The dashboard is made for wider windows. */
const OWNERS_DESKTOP = { width: 1440, height: 900 };

/** Draws the storefront with its widgets, in each theme, and the dashboard, as they are in a running demonstration. */
export async function drawPictures({ shop, server }: Demo, folder: string, note: (line: string) => void, options: { dashboard?: boolean } = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  const shoot = async (page: Page, name: string, options: PageScreenshotOptions): Promise<void> => {
    const path = join(folder, `${name}.png`);
    await page.screenshot({ ...options, path, animations: 'disabled' });
    note(`${name}.png ${Math.round((await stat(path)).size / 1000)} kB`);
  };
  const withPage = async (options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'UTC', ...options });
    try {
      await work(await context.newPage());
    } finally {
      await context.close();
    }
  };

  try {
    // Each theme on a desktop and a phone; the names of the first theme's pictures are without it.
    for (const theme of THEMES) {
      const named = (page: string) => (theme === THEMES[0] ? `storefront-${page}` : `storefront-${theme}-${page}`);
      await withPage({ viewport: DESKTOP }, async (page) => {
        await dress(page, shop.origin, theme);
        await openFavourite(page, shop.origin, 'loose-tea');
        await openFavourite(page, shop.origin, 'teapots');
        await showRecommendations(page, 'related');
        await shoot(page, named('product-desktop'), await aboveFooter(page));
        await page.goto(shop.origin);
        await showRecommendations(page, 'for-you');
        await page.setViewportSize({ width: DESKTOP.width, height: 1_200 }); // departments and recommendations under the header
        await loadImages(page);
        await page.locator('vitrine-recommendations').evaluate((widget) => scrollTo(0, widget.getBoundingClientRect().bottom + scrollY + 24 - innerHeight));
        await shoot(page, named('home-desktop'), {});
      });
      await withPage({ viewport: PHONE, isMobile: true, hasTouch: true }, async (page) => {
        await dress(page, shop.origin, theme);
        await openFavourite(page, shop.origin, 'teapots');
        await page.getByRole('button', { name: 'Add to cart' }).click();
        await page.waitForURL('**/cart');
        await showRecommendations(page, 'bought-together');
        await shoot(page, named('cart-phone'), await aboveFooter(page));
      });
    }
    await withPage({ viewport: DESKTOP }, async (page) => {
      await dress(page, shop.origin, THEMES[0], 'he');
      await openFavourite(page, shop.origin, 'teapots');
      await showRecommendations(page, 'related');
      await loadImages(page);
      await page.locator('vitrine-recommendations').evaluate((widget) => scrollTo(0, widget.getBoundingClientRect().top + scrollY - 120));
      await shoot(page, 'storefront-right-to-left', {});
    });

    if (options.dashboard === false) return;
    const followed = await visitStorefront(browser, shop, VISITS);
    note(`${VISITS} visits, ${followed} recommendations followed.`);
    for (const [size, viewport] of Object.entries({ desktop: OWNERS_DESKTOP, phone: PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await withPage({ viewport, colorScheme }, async (page) => {
          // Outside the admin's frame there is no App Bridge; the token it would hand out goes into the address instead.
          await page.goto(`${server.url}/app?shop=${shop.domain}#token=${shop.sessionToken()}`);
          await page.locator('.status-headline:not(:empty)').waitFor();
          await page.locator('.chart canvas').nth(1).waitFor();
          await shoot(page, `dashboard-${size}-${colorScheme}`, { fullPage: true });
        });
      }
    }
  } finally {
    await browser.close();
  }
}

/** Agrees to be measured, in this theme and language. */
async function dress(page: Page, origin: string, theme: Theme, lang = 'en'): Promise<void> {
  await acceptConsent(page, origin);
  await page.goto(`${origin}/?theme=${theme}&lang=${lang}`);
}

/** Opens the product of a collection that sells best. */
async function openFavourite(page: Page, origin: string, collection: string): Promise<void> {
  await page.goto(`${origin}/collections/${collection}`);
  await page.locator('.card-link').first().click();
  await page.waitForURL('**/products/*');
}

/** The whole page without its footer, from the top, where nothing sticky covers it. */
async function aboveFooter(page: Page): Promise<PageScreenshotOptions> {
  await loadImages(page);
  const height = await page.locator('main').evaluate((main) => {
    scrollTo(0, 0);
    return Math.ceil(main.getBoundingClientRect().bottom);
  });
  return { fullPage: true, clip: { x: 0, y: 0, width: page.viewportSize()!.width, height } };
}

/** Images out of sight load only when asked to, those of a widget too. */
async function loadImages(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? [shadowRoot] : []))];
    const images = roots.flatMap((root) => [...root.querySelectorAll('img')]);
    for (const image of images) image.loading = 'eager';
    await Promise.all(images.map((image) => image.decode()));
  });
}
