import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../plugin-server/src/pipeline/dataset/random.ts';
import { createFileShop } from '../../plugin-server/src/services/create-file-shop.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import type { BenchDatabase } from '../bench/load/bench-database.ts';
import { withBenchContext } from '../bench/load/bench-shop.ts';
import { Connection, request } from '../bench/load/connection.ts';
import { type Acknowledged, checkStore, checkFinished, nothingAcknowledged } from './check-store.ts';
import { importLines, SHOP } from './expected.ts';

const PROCESS = fileURLToPath(new URL('./busy-process.ts', import.meta.url));
const API = { SHOPIFY_API_KEY: 'kill', SHOPIFY_API_SECRET: 'a-secret-only-used-by-tests', VITRINE_DEVICE: 'cpu' };
/** The kill falls within so many milliseconds after the server listens. */
const WITHIN = 4_000;

export interface KillReport {
  readonly kills: number;
  /** What had been acknowledged before the kills. */
  readonly acknowledged: { readonly webhooks: number; readonly events: number; readonly imports: number; readonly publications: number; readonly trainings: number };
  /** One line for each thing that is not as it must be. */
  readonly faults: readonly string[];
}

/**
 * Kills a server (SIGKILL) at random moments while it receives webhooks and events, imports, trains and publishes, all at
 * once. After each kill: what it had acknowledged is stored, no order is cut short, what is live is whole and signed. At
 * the end a server that is left alone must finish everything that was queued.
 */
export async function killServer(database: BenchDatabase, options: { readonly kills: number; readonly seed: number; readonly note: (line: string) => void }): Promise<KillReport> {
  const { kills, seed, note } = options;
  const env = { ...database.env, ...API };
  const random = createRandom(seed);
  const acknowledged = nothingAcknowledged();
  const faults: string[] = [];
  await withBenchContext(env, async (ctx) => {
    await createFileShop(ctx, { shop: SHOP, currency: 'EUR' });
    const path = join(env.VITRINE_HOME, 'orders.csv');
    writeFileSync(path, importLines(0));
    await importFile(ctx, { path, shop: SHOP, currency: 'EUR' });
    acknowledged.imports.add(0);
  });
  for (let kill = 1; kill <= kills; kill++) {
    const moment = Math.round(random() * WITHIN);
    await runAndKill(env, { from: kill * 100, moment, acknowledged, faults });
    const found = await withBenchContext(env, (ctx) => checkStore(ctx, acknowledged));
    faults.push(...found.map((fault) => `kill ${kill}, after ${moment} ms: ${fault}`));
    note(`Kill ${kill} of ${kills}, ${moment} ms after it listened: ${found.length === 0 ? 'all there' : found.join('; ')}`);
  }
  note('Finishing what is queued …');
  faults.push(...(await finish(env, acknowledged)));
  const { webhooks, events, imports, publications, trainings } = acknowledged;
  return { kills, faults, acknowledged: { webhooks: webhooks.size, events: events.size, imports: imports.size, publications: publications.size, trainings: trainings.size } };
}

interface Line { readonly listening?: string; readonly key?: string; readonly imported?: number; readonly published?: string; readonly sequence?: number; readonly trained?: string; readonly failed?: string }

function start(env: Readonly<Record<string, string>>, extra: Readonly<Record<string, string>>, onLine: (line: Line) => void): ChildProcess {
  const child = spawn(process.execPath, [PROCESS], { env: { ...process.env, ...env, ...extra, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout! }).on('line', (text) => {
    // The last line of a killed process may be cut.
    if (text.endsWith('}')) onLine(JSON.parse(text) as Line);
  });
  return child;
}

async function runAndKill(env: Readonly<Record<string, string>>, { from, moment, acknowledged, faults }: { from: number; moment: number; acknowledged: Acknowledged; faults: string[] }): Promise<void> {
  const listening = Promise.withResolvers<Line>();
  const child = start(env, { FROM: String(from) }, (line) => {
    if (line.listening) listening.resolve(line);
    if (line.imported !== undefined) acknowledged.imports.add(line.imported);
    if (line.published) acknowledged.publications.set(line.sequence!, line.published);
    if (line.trained) acknowledged.trainings.add(line.trained);
    if (line.failed) faults.push(`a task failed by itself: ${line.failed}`);
  });
  const ended = once(child, 'close');
  void ended.then(() => listening.reject(new Error('the server ended before it listened')));
  const { listening: url, key } = await listening.promise;
  const senders = Array.from({ length: 4 }, (_, place) => (place % 2 === 0 ? sendWebhooks : sendEvents)(Number(new URL(url!).port), key!, acknowledged));
  // Every other kill waits until something of this run was acknowledged, however slow the machine is.
  const before = acknowledged.webhooks.size + acknowledged.events.size;
  for (let waited = 0; from % 200 === 0 && acknowledged.webhooks.size + acknowledged.events.size === before && waited < 60_000; waited += 20) await wait(20);
  await wait(moment);
  child.kill('SIGKILL');
  await ended;
  await Promise.all(senders);
}

/** Sends orders until the connection breaks; those answered with 200 are acknowledged. */
async function sendWebhooks(port: number, _key: string, acknowledged: Acknowledged): Promise<void> {
  await untilBroken(port, async (connection) => {
    const id = randomUUID();
    const order = 1_000_000_000 + acknowledged.nextOrder++;
    const now = new Date().toISOString();
    const body = JSON.stringify({ id: order, created_at: now, updated_at: now, currency: 'EUR', current_total_price: '3.00', test: false, cancelled_at: null, customer: { id: 5 },
      line_items: [1, 2, 3].map((line) => ({ id: line, product_id: line, quantity: 1, price: '1.00' })) });
    const { status } = await connection.ask(request('POST', '/webhooks', {
      'content-type': 'application/json', 'x-shopify-topic': 'orders/create', 'x-shopify-shop-domain': SHOP, 'x-shopify-webhook-id': id, 'x-shopify-triggered-at': now,
      'x-shopify-api-version': '2026-10', 'x-shopify-hmac-sha256': createHmac('sha256', API.SHOPIFY_API_SECRET).update(body).digest('base64'),
    }, body));
    if (status === 200) acknowledged.webhooks.set(id, order);
    await wait(5);
  });
}

async function sendEvents(port: number, key: string, acknowledged: Acknowledged): Promise<void> {
  await untilBroken(port, async (connection) => {
    const events = Array.from({ length: 10 }, () => ({ type: 'product_viewed', id: randomUUID(), at: Date.now(), sessionId: 'kill', productId: 'p1' }));
    const address = `198.51.${acknowledged.nextOrder >> 8 & 255}.${acknowledged.nextOrder++ & 255}`;
    const { status } = await connection.ask(request('POST', `/v1/shops/${SHOP}/events`, { 'content-type': 'application/json', 'x-forwarded-for': address }, JSON.stringify({ key, consent: true, events })));
    if (status === 202) for (const { id } of events) acknowledged.events.add(id);
    await wait(5);
  });
}

async function untilBroken(port: number, send: (connection: Connection) => Promise<void>): Promise<void> {
  try {
    const connection = await Connection.open(port);
    for (;;) await send(connection);
  } catch { /* killed: what was not answered is not acknowledged */ }
}

/** Starts a server that is not killed, which ends when nothing is left to do. */
async function finish(env: Readonly<Record<string, string>>, acknowledged: Acknowledged): Promise<string[]> {
  // A shared queue learns by a missing heartbeat that a process is gone, and by their age which deliveries it left unqueued:
  // the minutes are not waited for.
  await withBenchContext(env, async ({ db }) => {
    await db.query("UPDATE queue.job SET state = 'retry', start_after = now() WHERE state = 'active'");
    await db.query("UPDATE webhook_deliveries SET received_at = received_at - interval '2 minutes' WHERE handled_at IS NULL");
    await db.query("UPDATE training_runs SET started_at = started_at - interval '2 minutes' WHERE status = 'queued'");
  });
  const child = start(env, { BUSY: 'no', FROM: '0' }, ({ trained }) => { if (trained) acknowledged.trainings.add(trained); });
  const late = setTimeout(() => child.kill('SIGKILL'), 90_000);
  await once(child, 'close');
  clearTimeout(late);
  return withBenchContext(env, (ctx) => checkFinished(ctx, acknowledged));
}
