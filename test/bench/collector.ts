import { fileURLToPath } from 'node:url';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { createFileShop } from '../../plugin-server/src/services/create-file-shop.ts';
import { type BenchDatabase, onBothDatabases } from './load/bench-database.ts';
import { SHOP, withBenchContext } from './load/bench-shop.ts';
import { startServerProcess } from './load/server-process.ts';
import type { Summary } from './load/summary.ts';
import { runChild } from './run-child.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const SENDER = fileURLToPath(new URL('./load/send-events.ts', import.meta.url));
/** Connections: as many as keep the server busy, and far more than it can serve. */
const STEADY = 16;
const FLOOD = 600;

interface Sent extends Summary { readonly accepted: number; readonly withoutWait: number }
interface Measured { readonly database: string; readonly steady: Sent; readonly flood: Sent; readonly steadyPeak: number; readonly floodPeak: number; readonly lost: number; readonly doubled: number }

/**
 * `npm run bench -- collector`: events a second that are stored before they are answered, in batches of 50, sent by a
 * process of its own; then the same from far more connections than the server can serve, to see what it holds.
 * Afterwards every acknowledged event must be in the database, once.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const seconds = smoke ? 2 : 30;
  const measured = await onBothDatabases(note, (database) => measure(database, seconds, smoke ? 32 : FLOOD));
  const rows = measured.flatMap(({ database, steady, flood, steadyPeak, floodPeak, lost, doubled }): Row[] => [
    ...([[`${STEADY} connections`, steady, steadyPeak], [`${smoke ? 32 : FLOOD} connections`, flood, floodPeak]] as const).flatMap(([load, sent, peak]): Row[] => {
      const subject = `${database}, ${load}`;
      return [
        { subject, metric: 'events stored', value: sent.accepted / sent.seconds, unit: 'rows/s' },
        { subject, metric: 'p50 of a batch', value: sent.p50, unit: 'ms' }, { subject, metric: 'p99 of a batch', value: sent.p99, unit: 'ms' },
        { subject, metric: 'batches told to come again', value: sent.answers - (sent.statuses['202'] ?? 0), unit: '1' },
        { subject, metric: 'of them without a time', value: sent.withoutWait, unit: '1' },
        { subject, metric: 'peak memory', value: peak, unit: 'B' },
      ];
    }),
    { subject: database, metric: 'lost', value: lost, unit: '1' }, { subject: database, metric: 'doubled', value: doubled, unit: '1' },
  ]);
  return { rows, setting: { batch: '50 events', seconds: `${seconds} s each` } };
}

async function measure(database: BenchDatabase, seconds: number, flooding: number): Promise<Measured> {
  const { env } = database;
  const key = await withBenchContext(env, async (ctx) => {
    await createFileShop(ctx, { shop: SHOP, currency: 'EUR' });
    return (await findShop(ctx.db, SHOP))!.publishableKey;
  });
  const server = await startServerProcess(env);
  const send = async (connections: number, time: number) =>
    await runChild([SENDER, '--port', String(server.port), '--shop', SHOP, '--key', key, '--connections', String(connections), '--seconds', String(time)], { note() {} }) as Sent;
  let steady: Sent, flood: Sent, steadyPeak: number, floodPeak: number, warm: Sent;
  try {
    warm = await send(STEADY, Math.min(3, seconds));
    steady = await send(STEADY, seconds);
    steadyPeak = server.peakBytes();
    flood = await send(flooding, seconds / 2);
    floodPeak = server.peakBytes();
  } finally {
    await server.stop();
  }
  const [{ rows, ids }] = await withBenchContext(env, ({ db }) => db.query<{ rows: number; ids: number }>('SELECT count(*)::int AS rows, count(DISTINCT event_id)::int AS ids FROM events'));
  const sent = warm.accepted + steady.accepted + flood.accepted;
  return { database: database.name, steady, flood, steadyPeak, floodPeak, lost: Math.max(0, sent - ids), doubled: rows - ids };
}
