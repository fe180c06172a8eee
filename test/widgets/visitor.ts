import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, afterEach, before, beforeEach } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createJsScan, loadRecommendation, rank, verifyArtifact, type ItemFilter, type SessionItem } from '@vitrine/sdk/core';
import type { RecommendRequest, Vitrine } from '@vitrine/sdk';
import { browserMissing, launchBrowser } from '../browser.ts';
import { openStorefront, type PageOptions, type Storefront } from './storefront.ts';

declare global {
  interface Window {
    vitrine?: Vitrine;
    shifts: number;
    heard: { type: string; detail: unknown }[];
  }
}

export const WIDGET = 'vitrine-recommendations';
/** A product's page with one widget and text after it, which would move if the widget's room changed. */
export const PRODUCT: PageOptions = {
  meta: { page: 'product', 'product-id': 'p3' },
  body: `<h1>Product</h1><${WIDGET} kind="related"></${WIDGET}><p id="after">After.</p>`,
};

/** Longest wait for anything: far beyond what it takes, so that it only ever ends a broken test. */
const PATIENCE = 45_000;

/** A shopper's browser in a storefront, and what it saw. */
export interface Visitor {
  readonly context: BrowserContext;
  /** What went wrong in its pages: uncaught errors, unhandled rejections, violations of the policy. */
  readonly problems: string[];
  open(path: string, options: PageOptions): Promise<Page>;
  /** Waits until every widget shows a list or has given up; says which, in order. */
  settled(page: Page): Promise<readonly ('shown' | 'hidden')[]>;
  /** Ids of the products a widget links to. */
  shown(page: Page, selector?: string): Promise<string[]>;
  /** The page is as it would be without widgets: nothing moved, nothing threw. */
  assertWhole(page: Page): Promise<void>;
  /** What the page's client recommends now. */
  recommend(page: Page, request: RecommendRequest): Promise<{ ids: string[]; sources: string[]; artifact: string | null; backend: string | null }>;
  close(): Promise<void>;
}

/** What each test of a file gets. */
export interface Setting { readonly browser: Browser; readonly store: Storefront; readonly visitor: Visitor }

/** Longest time for a test: a browser that hangs must not hold up the run. */
const TIMEOUT = 120_000;

/**
 * One browser for a file of tests, and for each test a storefront and a visitor of its own.
 * @returns options for every test; they skip it where there is no browser
 *
 * @example
 * let store: Storefront, visitor: Visitor;
 * const settings = eachTest((setting) => { ({ store, visitor } = setting); });
 */
export function eachTest(use: (setting: Setting) => void): { readonly skip: string | false; readonly timeout: number } {
  const skip = browserMissing();
  let browser: Browser | undefined;
  let now: Setting | undefined;
  before(async () => {
    if (!skip) browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    if (skip) return;
    const store = await openStorefront();
    now = { browser: browser!, store, visitor: await openVisitor(browser!, store) };
    use(now);
  });
  afterEach(async () => {
    await now?.visitor.close();
    await now?.store.close();
    now = undefined;
  });
  return { skip, timeout: TIMEOUT };
}

/** Opens a visitor with nothing cached and nothing stored. */
export async function openVisitor(browser: Browser, store: Storefront): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(PATIENCE);
  const problems: string[] = [];
  await context.addInitScript(() => {
    window.shifts = 0;
    window.heard = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
    for (const type of ['vitrine:impression', 'vitrine:click']) {
      document.addEventListener(type, (event) => window.heard.push({ type, detail: (event as CustomEvent).detail }));
    }
  });
  return {
    context, problems,
    async open(path, options) {
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(`error: ${error.message}`)); // unhandled rejections too
      page.on('console', (message) => {
        if (/content security policy|trusted ?type/i.test(message.text())) problems.push(message.text());
      });
      await page.goto(store.page(path, options));
      return page;
    },
    async settled(page) {
      const all = '[data-state=ready],[data-state=empty],[data-state=hidden]';
      await page.waitForFunction(([tag, states]) => {
        const widgets = [...document.querySelectorAll(tag)];
        return widgets.length > 0 && widgets.every((widget) => widget.matches(states));
      }, [WIDGET, all] as const);
      return await page.locator(WIDGET).evaluateAll((widgets) =>
        widgets.map((widget) => ((widget as HTMLElement).dataset.state === 'ready' ? 'shown' as const : 'hidden' as const)));
    },
    shown: (page, selector = WIDGET) => page.locator(selector).first().evaluate((element) =>
      [...element.shadowRoot!.querySelectorAll('a')].map((link) => new URL(link.href).pathname.split('/').at(-1)!)),
    async assertWhole(page) {
      assert.deepEqual(problems, []);
      assert.equal(await page.evaluate(() => window.shifts), 0, 'nothing moved');
      assert.equal(await page.textContent('#after'), 'After.');
      const hidden = page.locator(`${WIDGET}:is([data-state=empty],[data-state=hidden])`);
      for (const widget of await hidden.all()) assert.equal(await widget.evaluate((element) => element.checkVisibility({ visibilityProperty: true })), false);
    },
    recommend: (page, request) => page.evaluate(async (wanted) => {
      const { items, artifact, backend } = await window.vitrine!.recommend(wanted);
      return { ids: items.map(({ id }) => id), sources: [...new Set(items.map(({ reason }) => reason.source))], artifact, backend };
    }, request),
    close: () => context.close(),
  };
}

/** What Node ranks with the live artifact. */
export async function rankInNode(
  store: Storefront, session: readonly SessionItem[], goal: 'view' | 'purchase', exclude: readonly string[],
  { limit = 4, filter }: { limit?: number; filter?: ItemFilter } = {},
): Promise<string[]> {
  const { bytes, hash } = store.state.artifact!;
  const verified = await verifyArtifact(bytes as Uint8Array<ArrayBuffer>, { publicKey: store.signer.key, hash, shop: store.shop, subtle: webcrypto.subtle as never });
  const model = loadRecommendation(verified);
  return (await rank(model, createJsScan(model), { session, goal, exclude: new Set(exclude), limit, filter })).map((item) => item.id);
}
