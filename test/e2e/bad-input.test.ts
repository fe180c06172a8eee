import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, test } from 'node:test';
import { main } from '../../plugin-server/src/cli.ts';
import { readConfig } from '../../plugin-server/src/config.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { startServer } from '../../plugin-server/src/serve.ts';
import type { Overview } from '../../plugin-server/src/services/overview.ts';
import { requireShop } from '../../plugin-server/src/services/require-shop.ts';
import { browserMissing, launchBrowser } from '../browser.ts';
import { createShop } from '../shop/shop.ts';
import { isVisible } from '../shop/state.ts';

// Shops too small to learn from, and ids that look like something else, through the whole line.

const home = mkdtempSync(join(tmpdir(), 'vitrine-bad-input-'));
after(() => rmSync(home, { recursive: true, force: true }));

async function vitrine(args: readonly string[], signal?: AbortSignal): Promise<{ code: number; out: string[]; notes: string[] }> {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await main(args, {
    signal, env: { VITRINE_HOME: join(home, 'data') },
    terminal: { out: (line) => out.push(line), note: (line) => notes.push(line), clock: Date.now },
  });
  return { code, out, notes };
}

/** Runs a command that must succeed; what its `--json` says. */
async function json<Answer>(...args: string[]): Promise<Answer> {
  const { code, out, notes } = await vitrine([...args, '--json']);
  assert.equal(code, 0, notes.join('\n'));
  return JSON.parse(out.at(-1)!) as Answer;
}

function file(name: string, lines: readonly string[]): string {
  const path = join(home, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const HEAD = 'order,product,title,price,time,customer';
/** One order of some products, on its own day. */
const order = (number: number, products: readonly string[]) =>
  products.map((product) => `${number},${product},Thing ${product},2.50,${new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString()},k${number % 40}`);
const orders = (count: number, products: (number: number) => readonly string[]) => [HEAD, ...Array.from({ length: count }, (_, at) => order(at, products(at))).flat()];

const TOO_SMALL: readonly [name: string, lines: readonly string[], said: RegExp][] = [
  ['no-orders', ['id,title,price', '1,Mug,4.50', '2,Bowl,6.00'], /0 orders and visits with 0 products/],
  ['one-product', orders(150, () => ['only']), /150 orders and visits with 1 products/],
  ['three-orders', orders(3, () => ['a', 'b', 'c']), /3 orders and visits with 3 products/],
];
for (const [name, lines, said] of TOO_SMALL) {
  test(`${name}: training says in one line what is missing, and nothing is published`, async () => {
    await json('import', file(`${name}.csv`, lines), '--shop', name);
    const trained = await vitrine(['train', '--shop', name, '--json']);
    assert.deepEqual([trained.code, trained.out, trained.notes.length], [1, [], 1], trained.notes.join('\n'));
    assert.match(trained.notes[0], said);
    assert.match(trained.notes[0], /^vitrine: Not enough to train on: [^\n]*Import more orders/);
    const published = await vitrine(['publish', '--shop', name, '--force', '--json']);
    assert.deepEqual([published.code, published.notes.length], [1, 1]);
    const [{ live }] = (await json<{ shops: { live: unknown }[] }>('status', '--shop', name)).shops;
    assert.equal(live, null);
  });
}

test('ids that look like numbers or like parts of the language are ids, and no failure touches the live release', async () => {
  const PAIRS = [['__proto__', '007'], ['constructor', '7'], ['toString', '7.0'], ['1e3', '1000'], ['plain', 'simple']];
  const path = file('ids.csv', orders(400, (at) => PAIRS[at % PAIRS.length]));
  await json('import', path, '--shop', 'ids', '--currency', 'EUR');
  await json('train', '--shop', 'ids', '--epochs', '20', '--seed', '3');
  await json('publish', '--shop', 'ids', '--force'); // with ten products every model is about right
  for (const [asked, partner] of [['__proto__', '007'], ['007', '__proto__'], ['7', 'constructor'], ['constructor', '7']]) {
    const { items } = await json<{ items: { id: string; title: string }[] }>('recommend', '--shop', 'ids', '--items', asked, '--k', '3');
    assert.ok(items.some(({ id }) => id === partner), `${asked}: ${JSON.stringify(items)}`);
    for (const { id, title } of items) assert.equal(title, `Thing ${id}`);
  }

  const status = () => json<{ shops: { live: { hash: string; sequence: number }; counts: unknown }[] }>('status', '--shop', 'ids');
  const before = await status();
  const failures: [string[], number, RegExp, AbortSignal?][] = [
    [['recommend', '--shop', 'ids', '--items', '0007'], 2, /has no product "0007"/],
    [['import', file('cut.csv', [HEAD, ...order(1, ['7']), '2,"7']), '--shop', 'ids'], 2, /cut\.csv.*line 3/],
    [['import', file('no-column.csv', ['order,time', '1,2024-01-01']), '--shop', 'ids'], 2, /no column for product/],
    [['train', '--shop', 'ids', '--epochs', '50'], 130, /cancelled|stopped/i, AbortSignal.abort()],
    [['rollback', '--shop', 'ids'], 1, /no earlier release/],
  ];
  for (const [args, code, said, signal] of failures) {
    const result = await vitrine(args, signal);
    assert.deepEqual([result.code, result.notes.length], [code, 1], `${args.join(' ')}: ${result.notes.join(' / ')}`);
    assert.match(result.notes[0], said);
  }
  const [now] = (await status()).shops;
  assert.deepEqual([now.live, now.counts], [before.shops[0].live, before.shops[0].counts]);
});

for (const [name, size] of [['without orders', { products: 30, orders: 0 }], ['of one product and three orders', { products: 1, orders: 3 }]] as const) {
  test(`a Shopify shop ${name}: the owner is told, the storefront goes on without the widget`, { skip: browserMissing(), timeout: 120_000 }, async (t) => {
    const shop = await createShop({ seed: 4, customers: 5, days: 30, bulkDelayMs: 0, ...size });
    await shop.listen(0);
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-small-'));
    const app = { clientId: 'client-id', clientSecret: 'client-secret', scopes: ['read_products', 'read_orders', 'read_inventory', 'read_customers'] };
    const server = await startServer(readConfig({
      VITRINE_HOME: folder, PORT: '0', SHOPIFY_API_KEY: app.clientId, SHOPIFY_API_SECRET: app.clientSecret, SHOPIFY_SHOP_ORIGIN: shop.origin,
    }), { log: silentLog });
    const browser = await launchBrowser();
    t.after(async () => {
      await browser.close();
      await shop.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    });
    assert.equal((await shop.install({ ...app, appUrl: server.url })).status, 200);
    const overview = async () => (await fetch(`${server.url}/api/overview`, { headers: { authorization: `Bearer ${shop.sessionToken()}` } })).json() as Promise<Overview>;
    for (;;) {
      const { run, imports } = await overview();
      assert.ok(imports.every(({ status }) => status !== 'failed'), JSON.stringify(imports));
      if (run?.status === 'failed') {
        assert.match(run.result!.error!, /^Not enough to train on: [^\n]*$/);
        break;
      }
      await pause(100);
    }
    assert.equal((await overview()).release, null);

    shop.setEmbed({ appUrl: server.url, key: (await requireShop(server.ctx, shop.domain)).publishableKey });
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    const product = shop.products.find(isVisible);
    await page.goto(product ? `${shop.origin}/products/${product.handle}` : shop.origin);
    const widget = page.locator('vitrine-recommendations');
    await page.locator('vitrine-recommendations:is([data-state="empty"], [data-state="hidden"])').waitFor({ state: 'attached' });
    assert.equal(await widget.locator('a').count(), 0);
    assert.equal(await widget.evaluate((element) => getComputedStyle(element).visibility !== 'hidden' && getComputedStyle(element).display !== 'none'), false);
    assert.deepEqual(problems, []);
  });
}
