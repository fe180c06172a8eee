import assert from 'node:assert/strict';
import { test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { ItemFilter } from '@vitrine/sdk';
import type { Storefront } from './storefront.ts';
import { eachTest, PRODUCT, rankInNode, WIDGET, type Visitor } from './visitor.ts';

// <vitrine-recommendations> in pages of other kinds: with filters, several of the same, right to left, changed while shown.

let store: Storefront;
let visitor: Visitor;
const settings = eachTest((setting) => { ({ store, visitor } = setting); });

const VIEWED = [{ id: 'p3', kind: 'view' }] as const;
const related = (options: { limit?: number; filter?: ItemFilter } = {}) => rankInNode(store, VIEWED, 'view', ['p3'], options);
const widget = (attributes: string) => `<${WIDGET} ${attributes}></${WIDGET}>`;
const withBody = (...widgets: string[]) => ({ ...PRODUCT, body: `${widgets.join('')}<p id="after">After.</p>` });
const attribute = (filter: unknown) => `allow-repeats filter='${JSON.stringify(filter)}'`;

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (tag) => {
    const result = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(tag);
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  }, WIDGET);
}
/** Waits until the widget, which may not have come to life yet, shows these and nothing else is under way. */
const shows = (page: Page, ids: readonly string[], selector = WIDGET) => page.waitForFunction(([which, wanted]) => {
  const root = document.querySelector(which)!.shadowRoot;
  const links = [...(root?.querySelectorAll('a') ?? [])].map((link) => link.pathname.split('/').at(-1));
  return root?.querySelector('section')!.ariaBusy === 'false' && links.join() === wanted;
}, [selector, ids.join()] as const);

test('a filter by type, by price and by both: what Node ranks with the same filter', settings, async () => {
  const filters: ItemFilter[] = [{ types: ['even'] }, { price: { max: 2 } }, { types: ['odd'], price: { min: 3, max: 9 } }];
  const page = await visitor.open('/products/p3', withBody(...filters.map((filter) => widget(attribute(filter)))));
  assert.deepEqual(await visitor.settled(page), ['shown', 'shown', 'shown']);
  for (const [at, filter] of filters.entries()) {
    const ids = await visitor.shown(page, `${WIDGET}:nth-of-type(${at + 1})`);
    assert.deepEqual(ids, await related({ filter }));
    assert.ok(ids.length > 0 && ids.every((id) => !filter.types || (Number(id.slice(1)) % 2 === 0) === (filter.types[0] === 'even')));
  }
  await visitor.assertWhole(page);
});

const WRONG: readonly [name: string, attributes: string, message: RegExp][] = [
  ['with an unknown name', attribute({ colour: ['red'] }), /^filter\.colour: unknown filter; there is types, /],
  ['with a value of the wrong type', attribute({ types: 'even' }), /^filter\.types: must be a list of texts/],
  ['that is not JSON', 'allow-repeats filter="types=even"', /"filter" must be an object/],
  ['that is JSON and no object', 'allow-repeats filter="5"', /"filter" must be an object/],
];
for (const [name, attributes, message] of WRONG) {
  test(`a filter ${name} is said to who listens; the widget is hidden, others are not`, settings, async () => {
    await visitor.context.addInitScript(() => {
      document.addEventListener('vitrine:ready', () => window.vitrine!.on('error', (error) => window.heard.push({ type: error.code, detail: error.message })));
    });
    const page = await visitor.open('/products/p3', withBody(widget(attributes), widget('kind="for-you" allow-repeats')));
    assert.deepEqual(await visitor.settled(page), ['hidden', 'shown']);
    const errors = await page.evaluate(() => window.heard.filter(({ type }) => type.startsWith('bad_')));
    assert.equal(errors.length, 1);
    assert.match(String(errors[0].detail), message);
    await visitor.assertWhole(page);
    await page.evaluate((tag) => document.querySelector(tag)!.removeAttribute('filter'), WIDGET);
    await shows(page, await related());
  });
}

test('six of the same on a page: each shows its own list, and each region its own name', settings, async () => {
  const limits = [1, 2, 3, 4, 5, 8];
  const page = await visitor.open('/products/p3', withBody(...limits.map((limit) => widget(`allow-repeats limit="${limit}" heading="Best ${limit}"`))));
  await page.setViewportSize({ width: 1280, height: 6000 }); // what is far away is not ranked
  assert.deepEqual(await visitor.settled(page), limits.map(() => 'shown'));
  for (const [at, limit] of limits.entries()) assert.deepEqual(await visitor.shown(page, `${WIDGET}:nth-of-type(${at + 1})`), await related({ limit }));
  assert.deepEqual(await page.getByRole('region').evaluateAll((regions) => regions.map((region) => region.querySelector('h2')!.textContent)), limits.map((limit) => `Best ${limit}`));
  await visitor.assertWhole(page);
  assert.deepEqual(await violations(page), []);
});

test('right to left: the first card is the rightmost, nothing hangs over the page, wide and narrow', settings, async () => {
  const page = await visitor.open('/products/p3', { ...withBody(widget('heading="אולי תאהבו גם" limit="8"')), root: 'lang="he" dir="rtl"' });
  await visitor.settled(page);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const { cards, heading, box, overhang } = await page.locator(WIDGET).evaluate((element) => {
      const edges = (each: Element) => each.getBoundingClientRect().right;
      const range = document.createRange();
      range.selectNodeContents(element.shadowRoot!.querySelector('h2')!);
      return {
        cards: [...element.shadowRoot!.querySelectorAll('li')].slice(0, 2).map(edges), heading: range.getBoundingClientRect().right, box: edges(element),
        overhang: document.documentElement.scrollWidth - innerWidth,
      };
    });
    assert.ok(cards[0] > cards[1], `${width}: the second card is left of the first`);
    assert.ok(Math.abs(cards[0] - box) < 1 && Math.abs(heading - box) < 1, `${width}: heading and first card begin at the right edge`);
    assert.equal(overhang, 0);
    assert.deepEqual(await violations(page), []);
  }
});

test('attributes changed in a row rank once; the list before stays until the next is there, and keeps its focus', settings, async () => {
  const page = await visitor.open('/products/p3', PRODUCT);
  await visitor.settled(page);
  await page.locator(`${WIDGET} a`).nth(2).focus();
  const before = await visitor.shown(page);
  const seen = await page.locator(WIDGET).evaluate(async (element) => {
    const root = element.shadowRoot!;
    const states: string[] = [];
    const watch = new MutationObserver(() => {
      states.push(`${root.querySelector('section')!.ariaBusy} ${root.querySelectorAll('a').length} ${root.querySelectorAll('.wait').length}`);
    });
    watch.observe(root, { childList: true });
    element.setAttribute('product-id', 'p20');
    element.setAttribute('kind', 'for-you');
    element.setAttribute('kind', 'related');
    element.setAttribute('product-id', 'p30');
    while (root.querySelector('section')!.ariaBusy !== 'false' || states.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    watch.disconnect();
    return states;
  });
  assert.deepEqual(seen, ['true 4 0', 'false 4 0'], 'one ranking, no empty list in between');
  const now = await visitor.shown(page);
  assert.deepEqual(now, await rankInNode(store, [...VIEWED, { id: 'p30', kind: 'view' }], 'view', ['p3', 'p30']));
  assert.notDeepEqual(now, before);
  assert.equal(await page.evaluate(() => (document.activeElement!.shadowRoot!.activeElement as HTMLAnchorElement).pathname.split('/').at(-1)), now[2]);
  await visitor.assertWhole(page);
  assert.deepEqual(await violations(page), []);
});

test('a widget that the page adds later, and one that is moved', settings, async () => {
  const page = await visitor.open('/products/p3', { ...PRODUCT, body: '<div id="a"></div><div id="b"></div><p id="after">After.</p>' });
  await page.waitForLoadState('load');
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate((tag) => customElements.get(tag), WIDGET), undefined, 'a page without widgets loads none of them');
  await page.evaluate((tag) => document.querySelector('#a')!.append(document.createElement(tag)), WIDGET);
  await shows(page, await related());
  await page.evaluate((tag) => document.querySelector('#b')!.append(document.querySelector(tag)!), WIDGET);
  await shows(page, await related(), `#b ${WIDGET}`);
});
