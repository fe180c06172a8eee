import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { browserMissing, launchBrowser } from '../browser.ts';
import { createShop, type Shop } from '../shop/shop.ts';
import { THEMES } from '../shop/storefront/look.ts';
import { openStorefront, type Storefront } from './storefront.ts';
import { openVisitor, WIDGET, type Visitor } from './visitor.ts';

// How the widgets look: what the theme editor sets, right to left, and in both themes of the simulated shop, where they take
// after the theme's own products.

const skip = browserMissing();
const settings = { skip, timeout: 180_000 };
let browser: Browser;
let store: Storefront;
let visitor: Visitor;

before(async () => {
  if (!skip) browser = await launchBrowser();
});
after(() => browser?.close());
beforeEach(async () => {
  if (skip) return;
  store = await openStorefront();
  visitor = await openVisitor(browser, store);
});
afterEach(async () => {
  await visitor?.close();
  await store?.close();
});

const ready = (page: Page) => page.waitForFunction((tag) => {
  const widgets = [...document.querySelectorAll<HTMLElement>(tag)];
  return widgets.length > 0 && widgets.every((widget) => widget.dataset.state === 'ready');
}, WIDGET);
const heights = (page: Page) => page.locator(WIDGET).evaluateAll((widgets) => widgets.map((widget) => widget.getBoundingClientRect().height));
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const result = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join(' ')}`);
  });
}

/** What a block of the theme extension writes for its settings. */
const SETTINGS: readonly [name: string, attributes: string][] = [
  ['as it comes', 'limit="4"'],
  ['three in a row', 'limit="6" style="--vitrine-columns: 3; --vitrine-rows: 2;"'],
  ['six in a row', 'limit="12" style="--vitrine-columns: 6; --vitrine-rows: 2; --vitrine-image-ratio: 0.8;"'],
  ['two in a row, landscape', 'limit="3" style="--vitrine-columns: 2; --vitrine-rows: 2; --vitrine-image-ratio: 1.333;"'],
  ['without prices', 'limit="8" hide="price"'],
  ['with reasons', 'limit="4" reasons'],
  ['cards', 'limit="5" reasons style="--vitrine-columns: 5; --vitrine-rows: 1; --vitrine-card: #eee; --vitrine-card-padding: .75em; --vitrine-radius: 18px;"'],
  ['the theme\'s own sizes', 'limit="8" style="--vitrine-heading-size: 2em; --vitrine-heading-space: 2em; --vitrine-title-size: 1.25em; --vitrine-title-lines: 1; --vitrine-row-gap: 3em; --vitrine-column-gap: 2em;"'],
];
for (const [name, attributes] of SETTINGS) {
  test(`${name}: the room kept is the room taken, nothing hangs over, nothing is cut off`, settings, async () => {
    const page = await visitor.open('/', { csp: null, body: `<${WIDGET} kind="for-you" ${attributes}></${WIDGET}><p id="after">After.</p>` });
    for (const width of [1280, 700, 360]) {
      await page.unroute('**/vitrine.js');
      await page.setViewportSize({ width, height: 3000 });
      await page.reload();
      await ready(page);
      const [taken] = await heights(page);
      const { cut, overhang } = await page.locator(WIDGET).evaluate((widget) => ({
        cut: [...widget.shadowRoot!.querySelectorAll<HTMLElement>('.text')].filter((text) => text.scrollHeight > text.clientHeight + 1).length,
        overhang: document.documentElement.scrollWidth - innerWidth,
      }));
      assert.deepEqual({ cut, overhang }, { cut: 0, overhang: 0 }, `${width}`);
      assert.equal(await page.evaluate(() => window.shifts), 0);
      await page.route('**/vitrine.js', (route) => route.abort());
      await page.reload();
      const [kept] = await heights(page);
      assert.ok(Math.abs(kept - taken) < 1, `${width}: ${kept} kept, ${taken} taken`);
    }
  });
}

test('hidden prices are not there for anyone; reasons only where they are wanted; corners and colours are the ones set', settings, async () => {
  const body = `<${WIDGET} kind="for-you" hide="price"></${WIDGET}><${WIDGET} kind="for-you" reasons allow-repeats style="color: rgb(10, 20, 30); --vitrine-price: rgb(1, 2, 3); --vitrine-radius: 7px"></${WIDGET}><p id="after">After.</p>`;
  const page = await visitor.open('/', { csp: null, body });
  await page.setViewportSize({ width: 1280, height: 3000 });
  await ready(page);
  const seen = await page.locator(WIDGET).evaluateAll((widgets) => widgets.map(({ shadowRoot }) => {
    const style = (selector: string) => { const found = shadowRoot!.querySelector(selector); return found ? getComputedStyle(found) : null; };
    return { price: style('.price')?.display, reason: style('.reason')?.display ?? 'none', title: style('.title')!.color, priceColour: style('.price')?.color, radius: style('.frame')!.borderRadius };
  }));
  assert.deepEqual(seen.map(({ price, reason }) => [price, reason]), [['none', 'none'], ['block', 'block']]);
  assert.deepEqual([seen[1].title, seen[1].priceColour, seen[1].radius], ['rgb(10, 20, 30)', 'rgb(1, 2, 3)', '7px']);
});

for (const [lang, heading] of [['de', 'Für Sie'], ['fr-CA', 'Pour vous'], ['zh-TW', '為您推薦'], ['ja', 'あなたへのおすすめ'], ['it', 'For you']]) {
  test(`a page in ${lang} has its words in ${heading === 'For you' ? 'English' : 'them'}, from the first moment on`, settings, async () => {
    const page = await visitor.open('/', { body: `<${WIDGET} kind="for-you" reasons></${WIDGET}><p id="after">After.</p>`, root: `lang="${lang}"` });
    await ready(page);
    assert.equal(await page.locator(`${WIDGET} h2`).textContent(), heading);
    await visitor.assertWhole(page);
  });
}

test('words that do not come leave the widget in English', settings, async () => {
  await visitor.context.route('**/de-*.js', (route) => route.abort());
  const page = await visitor.open('/', { body: `<${WIDGET} kind="for-you"></${WIDGET}><p id="after">After.</p>`, root: 'lang="de"' });
  await ready(page);
  assert.equal(await page.locator(`${WIDGET} h2`).textContent(), 'For you');
  await visitor.assertWhole(page);
});

test('a page of two equal blocks, each with the tag of the script beside it: one client, two lists', settings, async () => {
  await visitor.context.addInitScript(() => {
    document.addEventListener('vitrine:ready', () => window.heard.push({ type: 'ready', detail: null }));
  });
  const block = `<link rel="stylesheet" href="${store.appUrl}/assets/vitrine.css"><${WIDGET} kind="for-you" limit="4" allow-repeats></${WIDGET}>
    <script type="module" src="${store.appUrl}/assets/vitrine.js" data-vitrine data-shop="${store.shop}" data-key="${store.signer.key}" data-server="${store.appUrl}"></script>`;
  const page = await visitor.open('/', { body: `${block}${block}<p id="after">After.</p>` });
  await ready(page);
  const lists = await page.locator(WIDGET).evaluateAll((widgets) => widgets.map(({ shadowRoot }) => [...shadowRoot!.querySelectorAll('a')].map(({ href }) => href).join()));
  assert.equal(lists.length, 2);
  assert.equal(lists[0], lists[1]);
  assert.equal(await page.evaluate(() => window.heard.filter(({ type }) => type === 'ready').length), 1);
  await visitor.assertWhole(page);
});

test('who wants less motion gets none; who tabs through sees where they are', settings, async () => {
  const page = await visitor.open('/', { body: `<${WIDGET} kind="for-you"></${WIDGET}><p id="after">After.</p>` });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await ready(page);
  const still = await page.locator(WIDGET).evaluate(({ shadowRoot }) => [...shadowRoot!.querySelectorAll('*')].filter((element) => {
    const { animationName, transitionDuration, transitionProperty } = getComputedStyle(element);
    return animationName !== 'none' || (transitionProperty !== 'none' && transitionDuration !== '0s');
  }).length);
  assert.equal(still, 0);
  await page.locator(`${WIDGET} a`).first().focus();
  await page.keyboard.press('Tab');
  const outline = await page.locator(`${WIDGET} a`).nth(1).evaluate((link) => { const style = getComputedStyle(link); return [style.outlineStyle, parseFloat(style.outlineWidth) >= 2]; });
  assert.deepEqual(outline, ['solid', true]);
});

for (const theme of THEMES) {
  for (const lang of ['en', 'ar']) {
    test(`in the ${theme} theme${lang === 'ar' ? ', right to left' : ''}: after the theme's own products, accessible, without a shift`, settings, async (t) => {
      const shop: Shop = await createShop({ seed: 11, products: 120, orders: 400, customers: 100, days: 60, end: new Date('2026-11-01') });
      await shop.listen(0);
      t.after(() => shop.close());
      shop.setEmbed({ appUrl: store.appUrl, key: store.signer.key });
      await visitor.context.addCookies([{ name: 'consent', value: 'declined', url: shop.origin }]);
      for (const [width, height] of [[1280, 900], [390, 844]]) {
        const context = await browser.newContext({ viewport: { width, height }, bypassCSP: true, reducedMotion: 'reduce' }); // axe is injected
        t.after(() => context.close());
        await context.addCookies([{ name: 'consent', value: 'declined', url: shop.origin }]);
        await context.addInitScript(() => {
          window.shifts = 0;
          new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifts += (entry as PerformanceEntry & { value: number }).value; }).observe({ type: 'layout-shift', buffered: true });
        });
        const page = await context.newPage();
        await page.goto(`${shop.origin}/?theme=${theme}&lang=${lang}`);
        await page.locator(WIDGET).scrollIntoViewIfNeeded();
        await ready(page);
        const looks = await page.evaluate((tag) => {
          const root = document.querySelector(tag)!.shadowRoot!;
          const style = (element: Element | null) => getComputedStyle(element!);
          const own = { heading: style(document.querySelector('.band-head h2')), title: style(document.querySelector('.card-title')), picture: style(document.querySelector('.card-picture')), card: style(document.querySelector('.card')) };
          const ours = { heading: style(root.querySelector('h2')), title: style(root.querySelector('.title')), picture: style(root.querySelector('.frame')), card: style(root.querySelector('a')) };
          const pick = ({ heading, title, picture, card }: typeof own) => ({
            heading: [heading.fontFamily, heading.fontSize, heading.fontWeight, heading.color], title: [title.fontFamily, title.fontWeight, title.fontSize, title.color], radius: picture.borderRadius, card: card.backgroundColor,
          });
          const cards = [...root.querySelectorAll('li')].slice(0, 2).map((card) => card.getBoundingClientRect().left);
          return { own: pick(own), ours: pick(ours), isRightToLeft: cards[0] > cards[1], overhang: document.documentElement.scrollWidth - innerWidth, shifts: window.shifts };
        }, WIDGET);
        assert.deepEqual(looks.ours, looks.own, `${width}: font, size, weight, colour, corners, card`);
        assert.deepEqual([looks.isRightToLeft, looks.overhang, looks.shifts], [lang === 'ar', 0, 0], `${width}`);
        assert.deepEqual(await violations(page), [], `${width}`);
      }
    });
  }
}
