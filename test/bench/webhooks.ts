import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';
import { type BenchDatabase, onBothDatabases } from './load/bench-database.ts';
import { prepareShop, SHOP, withBenchContext } from './load/bench-shop.ts';
import { type ServerProcess, startServerProcess } from './load/server-process.ts';
import type { Summary } from './load/summary.ts';
import { runChild } from './run-child.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const SENDER = fileURLToPath(new URL('./load/send-webhooks.ts', import.meta.url));
const RATE = 200;
const API = { SHOPIFY_API_KEY: 'bench', SHOPIFY_API_SECRET: 'a-secret-that-is-only-used-by-benches', VITRINE_DEVICE: 'cpu' };
/** Order ids of the bench begin here, beyond those of the imported shop. */
const [TRAINING_ORDERS, IDLE_ORDERS, WARM_ORDERS] = [1_000_000_000, 2_000_000_000, 3_000_000_000];

interface Sent extends Summary { readonly worstOfSecond: readonly number[]; readonly ids: readonly string[]; readonly orders: readonly number[] }
interface Measured { readonly database: string; readonly training: Sent; readonly idle: Sent; readonly lost: number; readonly doubled: number; readonly handledAfter: number; readonly peakBytes: number }

/**
 * `npm run bench -- webhooks`: 200 signed deliveries a second for a minute, from a process of their own, to a server that
 * trains in the same process; then for a quarter of a minute to one with nothing else to do; each after some seconds that
 * warm it up. Afterwards every acknowledged
 * delivery must be stored once and handled, and every order must be there once.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const seconds = smoke ? { warm: 1, training: 2, idle: 1 } : { warm: 5, training: 60, idle: 15 };
  const measured = await onBothDatabases(note, (database) => measure(database, { seconds, lines: smoke ? 3_000 : 200_000, items: smoke ? 200 : 6_000, note }));
  const rows = measured.flatMap(({ database, training, idle, lost, doubled, handledAfter, peakBytes }): Row[] => [
    ...([['while training', training], ['idle', idle]] as const).flatMap(([when, sent]): Row[] => {
      const subject = `${database}, ${when}`;
      return [
        { subject, metric: 'acknowledged', value: sent.statuses['200'] ?? 0, unit: '1' },
        { subject, metric: 'refused or failed', value: sent.answers - (sent.statuses['200'] ?? 0), unit: '1' },
        { subject, metric: 'p50', value: sent.p50, unit: 'ms' }, { subject, metric: 'p99', value: sent.p99, unit: 'ms' }, { subject, metric: 'worst', value: sent.worst, unit: 'ms' },
      ];
    }),
    { subject: database, metric: 'lost', value: lost, unit: '1' }, { subject: database, metric: 'doubled', value: doubled, unit: '1' },
    { subject: database, metric: 'all handled after the last', value: handledAfter, unit: 's' }, { subject: database, metric: 'peak memory', value: peakBytes, unit: 'B' },
  ]);
  const raw = measured.map(({ database, training, idle }) => ({ database, worstOfSecond: { training: training.worstOfSecond, idle: idle.worstOfSecond } }));
  return { rows, raw, setting: { rate: `${RATE} deliveries a second, one in twenty repeated`, seconds: `${seconds.training} s while training, ${seconds.idle} s idle, each after ${seconds.warm} s that are not counted` } };
}

async function measure(database: BenchDatabase, options: { seconds: { warm: number; training: number; idle: number }; lines: number; items: number; note: (line: string) => void }): Promise<Measured> {
  const env = { ...database.env, ...API };
  await prepareShop(env, { lines: options.lines, items: options.items, trainings: 4 });
  const server = await startServerProcess(env);
  let training: Sent;
  let peakBytes: number;
  try {
    await until(() => server.said.some(({ message }) => message === 'training'), server, 'The training did not begin.');
    await send(server, options.seconds.warm, WARM_ORDERS);
    training = await send(server, options.seconds.training, TRAINING_ORDERS);
    if (server.said.filter(({ message, job }) => message === 'job done' && job === 'train').length >= 4) throw new VitrineError('internal', 'The trainings ended before the load did: give the bench a larger shop.');
    peakBytes = server.peakBytes();
  } finally {
    await server.stop(); // gives the training back to the queue
  }
  await withBenchContext(env, async ({ db }) => {
    await db.query(`DELETE FROM queue.job WHERE name = 'train'`); // idle from here on
  });
  const quiet = await startServerProcess(env);
  try {
    await send(quiet, options.seconds.warm, WARM_ORDERS + 500_000_000);
    const idle = await send(quiet, options.seconds.idle, IDLE_ORDERS);
    const handledAfter = await handled(quiet, env, [...training.ids, ...idle.ids]);
    return { database: database.name, training, idle, ...handledAfter, peakBytes };
  } finally {
    await quiet.stop();
  }
}

async function send({ port }: ServerProcess, seconds: number, from: number): Promise<Sent> {
  return await runChild([SENDER, '--port', String(port), '--shop', SHOP, '--secret', API.SHOPIFY_API_SECRET, '--seconds', String(seconds), '--rate', String(RATE), '--from', String(from)], { note() {} }) as Sent;
}

/** Stops the server once it has nothing left to do, and compares what was acknowledged with what is stored. */
async function handled(server: ServerProcess, env: Readonly<Record<string, string>>, ids: readonly string[]) {
  const started = performance.now();
  for (;;) {
    // The embedded database belongs to the server while it runs: it is stopped to look, and started to go on.
    await wait(1_000);
    await server.stop();
    const left = await withBenchContext(env, async ({ db }) => ({
      stored: (await db.query<{ id: string; handled: boolean }>('SELECT webhook_id AS id, handled_at IS NOT NULL AS handled FROM webhook_deliveries')),
      orders: (await db.query<{ id: string; lines: number }>(`SELECT order_id AS id, count(*)::int AS lines FROM order_lines WHERE length(order_id) = 10 GROUP BY order_id`)),
    }));
    const waiting = left.stored.filter((row) => !row.handled).length;
    if (waiting === 0 || performance.now() - started > 300_000) return compare(left, ids, (performance.now() - started) / 1000);
    server = await startServerProcess(env);
    await wait(Math.min(20_000, 1_000 + waiting * 5));
  }
}

function compare({ stored, orders }: { stored: { id: string; handled: boolean }[]; orders: { id: string; lines: number }[] }, ids: readonly string[], handledAfter: number) {
  const done = new Set(stored.filter((row) => row.handled).map(({ id }) => id));
  const lost = ids.filter((id) => !done.has(id)).length;
  const doubled = stored.length - new Set(stored.map(({ id }) => id)).size + orders.filter(({ lines }) => lines !== 3).length;
  return { lost, doubled, handledAfter };
}

async function until(met: () => boolean, server: ServerProcess, failure: string): Promise<void> {
  for (let waited = 0; !met(); waited += 50) {
    if (waited > 120_000 || !server.running()) throw new VitrineError('internal', failure);
    await wait(50);
  }
}
