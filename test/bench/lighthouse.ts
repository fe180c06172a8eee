import { createServer, type AddressInfo } from 'node:net';
import lighthouse from 'lighthouse';
import { VitrineError } from '@vitrine/sdk/core';
import { browserMissing, launchBrowser } from '../browser.ts';
import { markdownTable } from './markdown-table.ts';
import type { BenchOptions, Report, Row } from './row.ts';
import { openShopPages, type ShopPage } from './shop-pages.ts';
import { median } from './statistics.ts';

/** One audit of one page. Milliseconds, except the score of 100 and CLS, which has no unit. */
interface Audit {
  readonly score: number;
  readonly LCP: number;
  readonly TBT: number;
  readonly CLS: number;
  readonly FCP: number;
  /** Main-thread tasks of 50 ms or more on the simulated phone that are put down to a script of the plugin. */
  readonly ourLongTasks: number;
  /** The longest of them, milliseconds. */
  readonly ourLongest: number;
}
type Metric = keyof Audit;

interface Audited extends Omit<ShopPage, 'name'> {
  readonly name: string;
  /**
   * Network and processor are slowed down while the page loads, instead of calculated from a fast load. The calculation
   * takes whatever came before the first paint on this machine's own network for something the paint waited for.
   */
  readonly applied?: boolean;
}

const RUNS = 3;
const AUDITS = { LCP: 'largest-contentful-paint', TBT: 'total-blocking-time', CLS: 'cumulative-layout-shift', FCP: 'first-contentful-paint' } as const;

/**
 * `npm run bench -- lighthouse`: the simulated shop's pages with the plugin and without, on Lighthouse's own phone (its
 * default: slow 4G and a processor four times slower, simulated), in turn; the product page also with both applied.
 */
export async function run({ smoke = false, note }: BenchOptions): Promise<Report> {
  const missing = browserMissing();
  if (missing) throw new VitrineError('bad_config', missing);
  const shop = await openShopPages({ smoke, note });
  const port = await freePort();
  const browser = await launchBrowser({ debuggingPort: port });
  try {
    const product = shop.pages.find(({ name }) => name === 'product')!;
    const pages: Audited[] = smoke ? [product] : [...shop.pages, { ...product, name: 'product, throttled for real', applied: true, weight: 0 }];
    const audits = new Map(pages.map(({ name }) => [name, { without: [] as Audit[], with: [] as Audit[] }]));
    await audit(pages[0], port, shop.appUrl); // the first audit of a browser is slower than the others
    for (let round = 0; round < (smoke ? 1 : RUNS); round++) {
      for (const page of pages) {
        const { name } = page;
        for (const which of round % 2 === 0 ? ['without', 'with'] as const : ['with', 'without'] as const) {
          shop.embed(which === 'with');
          const result = await audit(page, port, shop.appUrl);
          audits.get(name)![which].push(result);
          note(`round ${round + 1}, ${name} ${which}: ${Object.entries(result).map(([metric, value]) => `${metric} ${Math.round(value * 1000) / 1000}`).join(', ')}`);
        }
      }
    }
    return { ...report(pages, audits), setting: { browser: `Chromium ${browser.version()}`, products: `${shop.products} products` } };
  } finally {
    await browser.close();
    await shop.close();
  }
}

async function audit({ url, applied }: Audited, port: number, appUrl: string): Promise<Audit> {
  const throttlingMethod = applied ? 'devtools' : 'simulate';
  const result = await lighthouse(url, { port, output: 'json', logLevel: 'silent', onlyCategories: ['performance'], throttlingMethod });
  if (!result || result.lhr.runtimeError) throw new VitrineError('internal', `Lighthouse could not audit ${url}: ${result?.lhr.runtimeError?.message ?? 'no result'}`);
  const { audits, categories } = result.lhr;
  const number = (name: string) => audits[name].numericValue!;
  const tasks = (audits['long-tasks'].details as { items?: { url: string; duration: number }[] } | undefined)?.items ?? [];
  const ours = tasks.filter((task) => task.url.startsWith(appUrl)).map(({ duration }) => duration);
  return {
    score: categories.performance.score! * 100,
    LCP: number(AUDITS.LCP), TBT: number(AUDITS.TBT), CLS: number(AUDITS.CLS), FCP: number(AUDITS.FCP),
    ourLongTasks: ours.length, ourLongest: Math.max(0, ...ours),
  };
}

function report(pages: readonly Audited[], audits: ReadonlyMap<string, { without: readonly Audit[]; with: readonly Audit[] }>): Report {
  const rows: Row[] = [];
  const middle = (list: readonly Audit[], metric: Metric) => median(list.map((audit) => audit[metric]));
  const units: Record<Metric, Row['unit']> = { score: 'points', LCP: 'ms', TBT: 'ms', CLS: '1', FCP: 'ms', ourLongTasks: '1', ourLongest: 'ms' };
  const lines: string[][] = [];
  for (const { name } of pages) {
    const of = audits.get(name)!;
    for (const metric of Object.keys(units) as Metric[]) {
      for (const which of ['without', 'with'] as const) rows.push({ subject: `${name} page, ${which} the plugin`, metric, value: middle(of[which], metric), unit: units[metric] });
    }
    const change = (metric: Metric, digits = 0) => {
      const [before, after] = [middle(of.without, metric), middle(of.with, metric)];
      const difference = (after - before).toFixed(digits);
      return `${before.toFixed(digits)} → ${after.toFixed(digits)} (${Number(difference) < 0 ? difference.replace('-', '−') : `+${difference}`})`;
    };
    lines.push([name, change('score'), change('LCP'), change('TBT'), change('CLS', 3), change('FCP'), `${middle(of.with, 'ourLongTasks')}${middle(of.with, 'ourLongest') > 0 ? ` (${middle(of.with, 'ourLongest').toFixed(0)} ms)` : ''}`]);
  }
  const total = (which: 'without' | 'with') => pages.reduce((sum, { name, weight }) => sum + weight * middle(audits.get(name)![which], 'score'), 0) / pages.reduce((sum, { weight }) => sum + weight, 0);
  rows.push({ subject: 'pages by their weights, without the plugin', metric: 'score', value: total('without'), unit: 'points' });
  rows.push({ subject: 'pages by their weights, with the plugin', metric: 'score', value: total('with'), unit: 'points' });
  return {
    rows, raw: Object.fromEntries(audits),
    markdown: [
      markdownTable(['page', '>score', '>LCP, ms', '>TBT, ms', '>CLS', '>FCP, ms', '>long tasks by us'], lines),
      `Medians of ${audits.get(pages[0].name)!.with.length} runs each, without → with the plugin. By the pages' weights (${pages.filter(({ weight }) => weight > 0).map(({ name, weight }) => `${name} ${Math.round(weight * 100)} %`).join(', ')}): `
      + `${total('without').toFixed(1)} → ${total('with').toFixed(1)}.`,
    ].join('\n\n'),
  };
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
