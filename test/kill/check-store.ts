import { verifyArtifact } from '@vitrine/sdk/core';
import type { Context } from '../../plugin-server/src/context.ts';
import { readModel } from '../../plugin-server/src/services/read-model.ts';
import { readRelease } from '../../plugin-server/src/services/read-release.ts';
import { readArtifactBytes } from '../../plugin-server/src/store/artifacts.ts';
import { listReleases } from '../../plugin-server/src/store/releases.ts';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { linesOf, orderIds, SHOP } from './expected.ts';

/** What a server said it has done before it was killed. */
export interface Acknowledged {
  /** Order id by webhook id. */
  readonly webhooks: Map<string, number>;
  readonly events: Set<string>;
  /** Parts imported. */
  readonly imports: Set<number>;
  /** Hash by sequence of the release. */
  readonly publications: Map<number, string>;
  /** Runs that ended. */
  readonly trainings: Set<string>;
  nextOrder: number;
}

export const nothingAcknowledged = (): Acknowledged => ({ webhooks: new Map(), events: new Set(), imports: new Set(), publications: new Map(), trainings: new Set(), nextOrder: 1 });

/** What must hold whenever the server was killed; a line for each thing that does not. */
export async function checkStore(ctx: Context, acknowledged: Acknowledged): Promise<string[]> {
  const { db } = ctx;
  const faults: string[] = [];
  const expect = (right: boolean, fault: string) => { if (!right) faults.push(fault); };

  const deliveries = await db.query<{ id: string; handled: boolean }>('SELECT webhook_id AS id, handled_at IS NOT NULL AS handled FROM webhook_deliveries');
  const stored = new Map(deliveries.map(({ id, handled }) => [id, handled]));
  expect(stored.size === deliveries.length, 'a webhook is stored twice');
  const lost = [...acknowledged.webhooks.keys()].filter((id) => !stored.has(id));
  expect(lost.length === 0, `${lost.length} acknowledged webhooks are lost`);
  const queued = new Set((await db.query<{ id: string }>("SELECT data ->> 'webhookId' AS id FROM queue.job WHERE name = 'handle-webhook' AND state IN ('created', 'retry', 'active')")).map(({ id }) => id));
  const idle = [...acknowledged.webhooks.keys()].filter((id) => stored.get(id) === false && !queued.has(id));
  expect(idle.length === 0, `${idle.length} acknowledged webhooks are neither handled nor queued`);

  const events = new Set((await db.query<{ id: string }>('SELECT event_id AS id FROM events')).map(({ id }) => id));
  const lostEvents = [...acknowledged.events].filter((id) => !events.has(id)).length;
  expect(lostEvents === 0, `${lostEvents} acknowledged events are lost`);

  const orders = new Map((await db.query<{ id: string; lines: number }>(
    'SELECT o.order_id AS id, count(l.line_id)::int AS lines FROM orders o LEFT JOIN order_lines l USING (shop_id, order_id) GROUP BY o.order_id')).map(({ id, lines }) => [id, lines]));
  const cut = [...orders].filter(([id, lines]) => lines !== (id.length === 10 ? 3 : linesOf(id)));
  expect(cut.length === 0, `${cut.length} orders are not whole`);
  for (const part of acknowledged.imports) expect(orderIds(part).every((id) => orders.has(id)), `import ${part} was acknowledged and is not whole`);

  const releases = new Map((await listReleases(db, SHOP, { limit: 100_000 })).map(({ sequence, hash }) => [sequence, hash]));
  for (const [sequence, hash] of acknowledged.publications) expect(releases.get(sequence) === hash, `release ${sequence} was acknowledged and is another or none`);
  await checkLive(ctx, expect);

  const runs = await db.query<{ id: string; status: string; artifact: string | null }>("SELECT run_id AS id, status, result ->> 'artifact' AS artifact FROM training_runs");
  const known = new Set((await db.query<{ hash: string }>('SELECT hash FROM artifacts')).map(({ hash }) => hash));
  const published = new Set(releases.values());
  // A model that was live and can no longer be gone back to is removed in time.
  const without = runs.filter(({ status, artifact }) => status === 'done' && artifact !== null && !known.has(artifact) && !published.has(artifact));
  expect(without.length === 0, `${without.length} runs are done without their artifact`);
  for (const id of acknowledged.trainings) expect(runs.some((run) => run.id === id && run.status === 'done'), `run ${id} had ended and is not done`);
  return faults;
}

/** What is live must be whole: every part there, of the right hash, signed by the shop. */
async function checkLive(ctx: Context, expect: (right: boolean, fault: string) => void): Promise<void> {
  const { artifact } = await readRelease(ctx, { shop: SHOP });
  if (!artifact) return;
  const file = await readArtifactBytes(ctx.db, SHOP, artifact.hash);
  if (!file) return expect(false, 'the live release has no artifact');
  try {
    const { publishableKey: publicKey } = (await findShop(ctx.db, SHOP))!;
    await verifyArtifact(file.file as Uint8Array<ArrayBuffer>, { publicKey, hash: artifact.hash, shop: SHOP, subtle: crypto.subtle });
    await readModel(ctx, SHOP, artifact.hash);
  } catch (error) {
    expect(false, `the live release cannot be used: ${(error as Error).message}`);
  }
}

/** What must hold once a server that was left alone has nothing left to do. */
export async function checkFinished(ctx: Context, acknowledged: Acknowledged): Promise<string[]> {
  const faults = await checkStore(ctx, acknowledged);
  const [{ waiting }] = await ctx.db.query<{ waiting: number }>('SELECT count(*)::int AS waiting FROM webhook_deliveries WHERE handled_at IS NULL');
  if (waiting > 0) faults.push(`${waiting} webhooks are not handled`);
  const orders = new Set((await ctx.db.query<{ id: string }>('SELECT order_id AS id FROM orders')).map(({ id }) => id));
  const missing = [...acknowledged.webhooks.values()].filter((order) => !orders.has(String(order))).length;
  if (missing > 0) faults.push(`${missing} orders of acknowledged webhooks are missing`);
  const [{ unfinished }] = await ctx.db.query<{ unfinished: number }>("SELECT count(*)::int AS unfinished FROM training_runs WHERE status IN ('queued', 'running')");
  if (unfinished > 0) faults.push(`${unfinished} trainings have not ended`);
  return faults;
}
