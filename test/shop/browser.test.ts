import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { browserMissing, launchBrowser } from '../browser.ts';
import { createShop } from './shop.ts';

/** The app: a page that asks App Bridge for a token, and a script that only defines the element. */
function startApp(shopOrigin: () => string) {
  return createServer((request, response) => {
    if (request.url!.startsWith('/app?')) {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>App</title><script src="${shopOrigin()}/app-bridge.js"></script><body><script>shopify.idToken().then((token) => { document.body.dataset.token = token; });</script>`);
    } else if (request.url === '/assets/vitrine.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' });
      response.end('window.allowedAtStart = Shopify.customerPrivacy.analyticsProcessingAllowed(); customElements.define("vitrine-recommendations", class extends HTMLElement {});');
    } else if (request.url === '/assets/vitrine.css') response.writeHead(200, { 'content-type': 'text/css', 'access-control-allow-origin': '*' }).end();
    else response.end();
  });
}

/** What axe finds on a phone's layout (it takes a second a page), and on every layout whether something sticks out. */
async function findProblems(page: Page): Promise<string[]> {
  await page.waitForLoadState('load'); // a page that has no styles yet is wider than the screen
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  if (wide) return ['wider than the screen'];
  if (page.viewportSize()!.width > 600) return [];
  await page.evaluate(readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
}

test('in a browser: consent, a purchase, accessibility, and a token for the embedded app', { skip: browserMissing() }, async (t) => {
  const shop = await createShop({ seed: 11, products: 120, orders: 400, customers: 100, days: 60, end: new Date('2026-11-01') });
  await shop.listen(0);
  const app = startApp(() => shop.origin);
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    await shop.close();
    app.closeAllConnections();
    await new Promise((resolve) => app.close(resolve));
  });
  const appUrl = `http://localhost:${(app.address() as AddressInfo).port}`;
  await shop.install({ appUrl, clientId: 'id', clientSecret: 'secret', scopes: ['read_products'] });
  shop.setEmbed({ appUrl, key: 'pk_test' });
  const product = shop.products.find((candidate) => candidate.status === 'active' && candidate.publishedAt !== null && candidate.variants.length > 1 && candidate.variants[1].quantity > 3)!;

  for (const viewport of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
    // axe is injected, which the shop's own policy would rightly forbid.
    const context = await browser.newContext({ viewport, bypassCSP: true });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });

    await page.goto(shop.origin);
    assert.equal(await page.evaluate('window.allowedAtStart'), false, 'the theme’s script runs before the app’s');
    assert.deepEqual(await findProblems(page), [], 'home with the banner');
    await page.evaluate("document.addEventListener('visitorConsentCollected', (event) => { window.collected = event.detail.analyticsAllowed; })");
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.locator('[data-consent]').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('window.collected && Shopify.customerPrivacy.analyticsProcessingAllowed()'), true);

    await page.goto(`${shop.origin}/products/${product.handle}`);
    assert.equal(await page.evaluate('window.allowedAtStart'), true, 'the choice is remembered');
    assert.deepEqual(await findProblems(page), [], 'product');
    const orders = shop.orders.length;
    await page.getByText(product.variants[1].title, { exact: false }).first().click();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    assert.deepEqual(await findProblems(page), [], 'cart');
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    assert.deepEqual(await findProblems(page), [], 'checkout');
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.getByRole('heading', { name: /Thank you/ }).waitFor();
    assert.deepEqual(await findProblems(page), [], 'order');
    assert.equal(shop.orders.length, orders + 1);
    assert.equal(shop.orders.at(-1)!.lines[0].variantId, product.variants[1].id);
    await page.goto(`${shop.origin}/collections/all`);
    assert.deepEqual(await findProblems(page), [], 'collection');

    await page.goto(`${shop.origin}/__faults`);
    await page.getByLabel('Throttle').fill('0.3');
    await page.getByLabel('End as').selectOption('EXPIRED');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('status').filter({ hasText: 'misbehaves: throttle 0.3, bulkEnds EXPIRED' }).waitFor();
    assert.deepEqual([shop.faults.throttle, shop.faults.bulkEnds], [0.3, 'EXPIRED']);
    assert.deepEqual(await findProblems(page), [], 'faults');
    await page.getByRole('button', { name: 'All off' }).click();
    await page.getByRole('status').filter({ hasText: 'behaves.' }).waitFor();

    await page.goto(`${shop.origin}/admin/apps/vitrine`);
    const token = await page.frameLocator('iframe').locator('body[data-token]').getAttribute('data-token');
    const claims = JSON.parse(Buffer.from(token!.split('.')[1], 'base64url').toString('utf8'));
    assert.deepEqual([claims.aud, claims.dest], ['id', `https://${shop.domain}`]);
    assert.deepEqual(problems, []);
    await context.close();
  }

  // The same pages under the shop's own policy.
  const strict = await browser.newPage();
  const refused: string[] = [];
  strict.on('console', (message) => { if (message.type() === 'error') refused.push(message.text()); });
  for (const path of ['/', '/cart', `/products/${product.handle}`, '/admin', '/__faults']) await strict.goto(shop.origin + path);
  assert.deepEqual(refused, []);
});
