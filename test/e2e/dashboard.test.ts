import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { build } from '../../build.ts';
import { readConfig } from '../../plugin-server/src/config.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { startServer } from '../../plugin-server/src/serve.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { mintOwnerToken } from '../../plugin-server/src/services/owner-token.ts';
import type { Overview } from '../../plugin-server/src/services/overview.ts';
import { findActiveRun } from '../../plugin-server/src/store/runs.ts';
import { browserMissing, launchBrowser } from '../browser.ts';
import { type DashboardServer, serveDashboard } from './dashboard-server.ts';
import { overviewIn, type State, STATES } from './dashboard-states.ts';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the owner reads first in each state. */
const HEADLINES: Record<State, string> = {
  fresh: 'Ready for your first orders', importing: 'Your orders are being imported', training: 'A new model is training',
  healthy: 'Recommendations are live', failed: 'The last training failed', 'not-better': 'The new model was not published',
};

describe('the dashboard in Chromium', { skip: browserMissing() }, () => {
  let browser: Browser;
  let server: DashboardServer;
  let complaints: string[];

  before(async () => {
    browser = await launchBrowser();
    server = await serveDashboard(overviewIn('healthy'));
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(answer: DashboardServer['answer'], address = server.url): Promise<Page> {
    server.answer = answer;
    server.onRequest = () => {};
    complaints = [];
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce', timezoneId: 'UTC' });
    const page = await context.newPage();
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    await page.waitForSelector('.status-headline:not(:empty), [role=alert]:not([hidden])');
    return page;
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axeSource);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ passes: unknown[]; violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
      const result = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
      if (result.passes.length < 10) throw new Error('axe looked at nothing');
      return result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
    });
  }

  for (const state of STATES) {
    test(`${state}: says what is the matter, without an accessibility fault, light and dark, down to 320 pixels`, async () => {
      const page = await open(overviewIn(state));
      assert.equal(await page.textContent('.status-headline'), HEADLINES[state]);
      await page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
      for (const { width, colorScheme } of [{ width: 1440, colorScheme: 'light' }, { width: 1440, colorScheme: 'dark' }, { width: 320, colorScheme: 'light' }] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], `${width} px, ${colorScheme}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `no sideways scrolling at ${width} px`);
      }
      assert.deepEqual(complaints, [], 'the console is quiet, under a strict policy');
      await page.context().close();
    });
  }

  test('healthy: every metric stands beside its baselines, with its plain line', async () => {
    const page = await open(overviewIn('healthy'));
    const quality = page.locator('section[aria-labelledby=quality-title]');
    assert.deepEqual(await quality.locator('.term').allTextContents(), ['HR@20', 'NDCG@20', 'MRR@20', 'coverage']);
    assert.deepEqual(await quality.locator('.metric').first().locator('dt').allTextContents(), ['Vitrine', 'Co-purchase', 'Popularity']);
    assert.deepEqual(await quality.locator('.metric').first().locator('.bar-value').allTextContents(), ['31 %', '26 %', '12 %']);
    assert.match(await quality.innerText(), /among our 20 suggestions in 31; popularity alone: 12\./);
    await quality.getByRole('button', { name: 'Next look' }).click();
    assert.match(await quality.innerText(), /the next product looked at is among our 20 suggestions in 43; popularity alone: 9\.6\./);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Next look', 'drawing again keeps the focus');
    assert.match(await page.innerText('section[aria-labelledby=release-title]'), /362 kB[\s\S]*318 kB to download/);
    assert.equal(await page.locator('.chart canvas').count(), 2);
    await page.context().close();
  });

  test('the token goes from the fragment into the header, and out of the address', async () => {
    const page = await open(overviewIn('healthy'));
    const seen: (string | undefined)[] = [];
    server.onRequest = (_, __, authorization) => seen.push(authorization);
    await Promise.all([page.waitForResponse(/api\/overview/), page.getByRole('button', { name: 'Train now' }).click()]);
    assert.ok(!page.url().includes('token'));
    assert.deepEqual([...new Set(seen)], ['Bearer owner']);
    await page.context().close();
  });

  test('train now: posts, follows the run to its end, then shows the new release', async () => {
    const page = await open(overviewIn('healthy'));
    const training = overviewIn('training');
    const requests: string[] = [];
    server.onRequest = (method, path) => {
      requests.push(`${method} ${path}`);
      if (method === 'POST') server.answer = { ...training, run: { ...training.run!, status: 'queued', progress: {}, history: [] } };
    };
    await page.getByRole('button', { name: 'Train now' }).click();
    await page.getByRole('heading', { name: 'Training starts in a moment' }).waitFor();
    assert.equal(requests[0], 'POST /api/train');

    server.answer = training;
    await page.getByRole('heading', { name: 'A new model is training' }).waitFor();
    const card = page.locator('section[aria-labelledby=training-title]');
    assert.equal(await card.getByRole('progressbar').getAttribute('aria-valuenow'), '45');
    assert.match((await card.innerText()).replace(/\s+/g, ' '), /Epoch 6 of 12 Step 140 of 318 Loss 3\.642 NDCG@20 0\.1308 Time left 51 s/);
    assert.ok(requests.includes(`GET /api/runs/${training.run!.id}`));
    assert.equal(await page.textContent('[role=status]'), 'A new model is training: 25 percent done.');
    const posts = () => requests.filter((request) => request.startsWith('POST')).length;
    await page.getByRole('button', { name: 'Training …' }).click({ force: true });
    assert.equal(posts(), 1, 'one training at a time');

    const healthy = overviewIn('healthy');
    server.answer = { ...healthy, run: { ...healthy.run!, id: training.run!.id }, release: { ...healthy.release!, version: '20261123T101500Z-0001' } } satisfies Overview;
    await page.getByRole('heading', { name: 'Recommendations are live' }).waitFor();
    await page.getByText('20261123T101500Z-0001').waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('roll back asks first, and posts only after a yes', async () => {
    const page = await open(overviewIn('healthy'));
    const posts: string[] = [];
    server.onRequest = (method, path) => { if (method === 'POST') posts.push(path); };
    await page.getByRole('button', { name: 'Roll back …' }).click();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Roll back …');
    assert.deepEqual(posts, []);
    await page.getByRole('button', { name: 'Roll back …' }).click();
    await Promise.all([page.waitForResponse(/api\/overview/), page.getByRole('dialog').getByRole('button', { name: 'Roll back', exact: true }).click()]);
    assert.deepEqual(posts, ['/api/releases/rollback']);
    await page.context().close();
  });

  test('an error is one line with a way to try again', async () => {
    const page = await open({ status: 502, message: 'The database does not answer. Check DATABASE_URL.' });
    assert.equal(await page.textContent('[role=alert] p'), 'The database does not answer. Check DATABASE_URL.');
    assert.deepEqual(await violations(page), []);
    server.answer = overviewIn('healthy');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Recommendations are live' }).waitFor();
    assert.ok(await page.locator('[role=alert]').isHidden());
    await page.context().close();
  });

  test('where a baseline is ahead, the page says so', async () => {
    const page = await open(overviewIn('not-better'));
    const sentences = await page.locator('.metric-sentence').allTextContents();
    assert.deepEqual(sentences.map((sentence) => sentence.endsWith('Co-purchase is ahead here.')), [true, true, true, false]);
    await page.context().close();
  });

  test('over the real server: a file is imported, its owner opens the page and queues a training', async (t) => {
    const home = await mkdtemp(join(tmpdir(), 'vitrine-dashboard-'));
    const { dashboard } = await build();
    const real = await startServer(readConfig({ VITRINE_HOME: home, PORT: '0' }), { work: false, log: silentLog, assets: [dashboard] });
    t.after(async () => {
      await real.close();
      await rm(home, { recursive: true, force: true });
    });
    const path = join(home, 'orders.csv');
    await writeFile(path, `order,product,title,quantity,price,time\n${Array.from({ length: 40 }, (_, n) => `${n >> 1},P${n % 7},Thing ${n % 7},1,4.50,2026-11-0${1 + (n % 9)}T10:00:00Z`).join('\n')}\n`);
    await importFile(real.ctx, { path, shop: 'fern' });

    const page = await open(overviewIn('healthy'), `${real.url}/app?shop=fern#token=${mintOwnerToken(real.ctx.config, 'fern')}`);
    assert.equal(await page.textContent('.status-headline'), 'Ready to train');
    assert.match(await page.innerText('section[aria-labelledby=imports-title]'), /orders\.csv[\s\S]*40 rows read, 40 kept/);
    assert.match((await page.innerText('section[aria-labelledby=shop-title]')).replace(/\s+/g, ' '), /Products 7 Orders 20 Order lines 40/);
    await page.getByRole('button', { name: 'Train now' }).click();
    await page.getByRole('heading', { name: 'Training starts in a moment' }).waitFor();
    assert.equal((await findActiveRun(real.ctx.db, 'fern'))?.status, 'queued');
    assert.deepEqual(complaints, [], 'nothing that the server’s policy forbids');
    await page.context().close();

    const stranger = await open(overviewIn('healthy'), `${real.url}/app?shop=fern#token=none`);
    assert.match((await stranger.textContent('[role=alert] p'))!, /not valid/);
    await stranger.context().close();
  });

  test('data from the shop is text, never markup', async () => {
    const healthy = overviewIn('healthy');
    const name = '<img src=x onerror="document.title=1"><b>Shop</b>';
    const page = await open({ ...healthy, shop: { ...healthy.shop, name }, imports: [{ ...healthy.imports[0], source: name, report: { error: name } }] });
    assert.equal(await page.textContent('h1'), name);
    assert.equal(await page.locator('main b, main img').count(), 0);
    await page.context().close();
  });
});
