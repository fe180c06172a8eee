import type { Browser, Page } from 'playwright-core';
import { VitrineError } from '@vitrine/sdk/core';
import { browserMissing, launchBrowser } from '../browser.ts';
import { showRecommendations } from '../demo/visit-storefront.ts';
import { markdownTable } from './markdown-table.ts';
import type { BenchOptions, Report, Row } from './row.ts';
import { openShopPages } from './shop-pages.ts';
import { median } from './statistics.ts';

/** What the browser reported of one visit, milliseconds. */
interface Visit {
  /** Tasks of 50 ms or more on the main thread, whosever they are. */
  readonly longTasks: readonly number[];
  /** Scripts of the plugin inside animation frames of 50 ms or more: how long each ran. */
  readonly ourScripts: readonly number[];
}

const SLOWER = 4;
const RUNS = 7;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** Long enough after each step for whatever it started. */
const SETTLE = 1_500;

/**
 * `npm run bench -- longtask`: a visit to the simulated shop's product page on a main thread four times slower, with the
 * plugin and without, in turn: open it, accept to be measured, scroll to the end. Counts what blocked the main thread.
 */
export async function run({ smoke = false, note }: BenchOptions): Promise<Report> {
  const missing = browserMissing();
  if (missing) throw new VitrineError('bad_config', missing);
  const shop = await openShopPages({ smoke, note });
  const browser = await launchBrowser();
  try {
    const { url } = shop.pages.find(({ name }) => name === 'product')!;
    const visits = { without: [] as Visit[], with: [] as Visit[] };
    for (let round = smoke ? 0 : -1; round < (smoke ? 1 : RUNS); round++) { // the first round warms the browser up
      for (const which of round % 2 === 0 ? ['without', 'with'] as const : ['with', 'without'] as const) {
        shop.embed(which === 'with');
        const result = await visit(browser, url, which === 'with' ? shop.appUrl : null, smoke ? 300 : SETTLE);
        if (round < 0) continue;
        visits[which].push(result);
        note(`round ${round + 1}, ${which}: long tasks ${result.longTasks.join(', ') || 'none'}; our scripts ${result.ourScripts.join(', ') || 'none'}`);
      }
    }
    return { ...report(visits), setting: { browser: `Chromium ${browser.version()}`, slower: `main thread ${SLOWER} times slower` } };
  } finally {
    await browser.close();
    await shop.close();
  }
}

/**
 * @param appUrl the plugin server, null without the plugin
 * @param settle milliseconds to wait after each step
 */
async function visit(browser: Browser, url: string, appUrl: string | null, settle: number): Promise<Visit> {
  const context = await browser.newContext(PHONE);
  try {
    const page = await context.newPage();
    await page.addInitScript(observe);
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await page.goto(url);
    await page.waitForTimeout(settle);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.waitForTimeout(settle);
    if (appUrl) await showRecommendations(page, 'related');
    else await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(settle);
    return await collect(page, appUrl);
  } finally {
    await context.close();
  }
}

interface LongFrame extends PerformanceEntry {
  readonly scripts: readonly { readonly sourceURL: string; readonly duration: number }[];
}
interface Observed {
  readonly tasks: number[];
  readonly scripts: { url: string; duration: number }[];
}

/** Runs in the page before anything else. */
function observe(): void {
  const observed: Observed = ((globalThis as unknown as { observed: Observed }).observed = { tasks: [], scripts: [] });
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) observed.tasks.push(duration); }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { scripts } of list.getEntries() as LongFrame[]) for (const { sourceURL, duration } of scripts) observed.scripts.push({ url: sourceURL, duration });
  }).observe({ type: 'long-animation-frame', buffered: true });
}

async function collect(page: Page, appUrl: string | null): Promise<Visit> {
  const { tasks, scripts } = await page.evaluate(() => (globalThis as unknown as { observed: Observed }).observed);
  return { longTasks: tasks, ourScripts: scripts.filter(({ url }) => appUrl !== null && url.startsWith(appUrl)).map(({ duration }) => Math.round(duration)) };
}

function report(visits: { readonly without: readonly Visit[]; readonly with: readonly Visit[] }): Report {
  const rows: Row[] = [];
  const lines = (['without', 'with'] as const).map((which) => {
    const counts = median(visits[which].map(({ longTasks }) => longTasks.length));
    const blocked = median(visits[which].map(({ longTasks }) => longTasks.reduce((sum, duration) => sum + duration - 50, 0)));
    const ours = Math.max(0, ...visits[which].flatMap(({ ourScripts }) => ourScripts));
    const ourLong = visits[which].reduce((sum, { ourScripts }) => sum + ourScripts.filter((duration) => duration >= 50).length, 0);
    const subject = `product page, ${which} the plugin`;
    rows.push(
      { subject, metric: 'long tasks a visit', value: counts, unit: '1' }, { subject, metric: 'blocked beyond 50 ms, a visit', value: blocked, unit: 'ms' },
      { subject, metric: 'longest script of the plugin in a long frame', value: ours, unit: 'ms' }, { subject, metric: 'scripts of the plugin of 50 ms or more, all visits', value: ourLong, unit: '1' },
    );
    return [which, String(counts), blocked.toFixed(0), String(ours), String(ourLong)];
  });
  return {
    rows, raw: visits,
    markdown: `${markdownTable(['the plugin', '>long tasks a visit', '>blocked beyond 50 ms', '>longest script of ours, ms', '>of 50 ms or more'], lines)}\n\nMedians of ${visits.with.length} visits each; scripts over all visits.`,
  };
}
