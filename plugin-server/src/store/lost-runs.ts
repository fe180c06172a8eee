import type { Database } from './database.ts';
import type { RunKind } from './runs.ts';

export interface LostRun { readonly shop: string; readonly runId: string; readonly kind: RunKind }

/**
 * Runs that wait for a job that does not exist: their process was killed after it had written the run and before it had
 * queued the job. One that began before `time` (milliseconds since 1970) is not just being queued by another process.
 */
export async function findLostRuns(db: Database, time: number): Promise<LostRun[]> {
  const rows = await db.query<{ shop_id: string; run_id: string; kind: RunKind }>(
    `SELECT r.shop_id, r.run_id, r.kind FROM training_runs r
     WHERE r.status = 'queued' AND r.started_at <= to_timestamp($1::float8 / 1000) AND NOT EXISTS (
       SELECT 1 FROM queue.job j
       WHERE j.name IN ('train', 'update') AND j.state IN ('created', 'retry', 'active') AND j.data ->> 'shop' = r.shop_id AND j.data ->> 'runId' = r.run_id)
     ORDER BY r.started_at`, [time]);
  return rows.map(({ shop_id: shop, run_id: runId, kind }) => ({ shop, runId, kind }));
}
