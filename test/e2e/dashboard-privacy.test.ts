import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { browserMissing, launchBrowser } from '../browser.ts';
import { serveDashboard } from './dashboard-server.ts';
import { NOW, overviewIn } from './dashboard-states.ts';

const DAY = 86_400_000;

test('the owner is told what needs them, and saves the file for a customer who asked', { skip: browserMissing() }, async (t) => {
  const healthy = overviewIn('healthy');
  const open = { id: 'request/1', kind: 'data_request', receivedAt: NOW - 2 * DAY, dueAt: NOW + 28 * DAY, doneAt: null, answerable: true, removed: {} } as const;
  const redacted = { id: 'b', kind: 'customer_redact', receivedAt: NOW - 5 * DAY, dueAt: NOW + 25 * DAY, doneAt: NOW - 5 * DAY, answerable: false, removed: { orders: 3, events: 12 } } as const;
  const server = await serveDashboard({ ...healthy, notices: ['The shop has not granted read_orders.'], privacy: [open, redacted] });
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    await server.close();
  });
  const asked: string[] = [];
  server.onRequest = (method, path) => { asked.push(`${method} ${path}`); };
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  await page.goto(server.url);
  assert.equal(await page.getByRole('alert').filter({ hasText: 'has not granted read_orders' }).count(), 1);
  const card = page.getByRole('region', { name: 'Customers\' data' });
  assert.match(await card.innerText(), /A customer wants to see their data\s+Due 21 Dec 2026[\s\S]*A customer was erased\s+Done[\s\S]*15 rows removed/);
  const download = page.waitForEvent('download');
  await card.getByRole('button', { name: 'Save the file for the customer' }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), 'customer-data.json');
  assert.ok(JSON.parse(readFileSync(await file.path(), 'utf8')));
  assert.ok(asked.includes('POST /api/data-requests/request%2F1/answer'), asked.join());

  server.answer = healthy;
  await page.goto('about:blank');
  await page.goto(server.url);
  await page.getByRole('heading', { name: 'Recommendations are live' }).waitFor();
  for (const name of ['Customers\' data', 'This needs you']) assert.equal(await page.getByRole('region', { name }).count(), 0, 'nothing to say');
  assert.deepEqual(problems, []);
});
