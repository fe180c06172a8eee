import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../browser.ts';
import type * as BenchPage from './browser/page.ts';

declare global {
  /** What browser/page.ts offers, in a page of the bench server. */
  var benchPage: typeof BenchPage;
}

/** Opens the bench server's page in a context of its own, so that nothing is cached from the one before. */
export async function openBenchPage(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/page.html`);
  await page.waitForFunction(() => globalThis.benchPage !== undefined);
  return page;
}

/** A browser whose GPU process and WASM compiler have started, and the name of what draws for it. */
export async function openBenchBrowser(origin: string): Promise<{ browser: Browser; renderer: string }> {
  const browser = await launchBrowser();
  try {
    const page = await openBenchPage(browser, origin);
    const renderer = await page.evaluate(() => benchPage.warmBrowser());
    await page.context().close();
    return { browser, renderer };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
