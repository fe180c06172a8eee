import type { SearchTrial, TrainProgress } from '../pipeline/types.ts';
import type { Database } from './database.ts';

export type RunStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export type RunKind = 'training' | 'update';

/** One training run. Times are milliseconds since 1970. */
export interface RunRow {
  readonly id: string;
  readonly family: string;
  /** From the beginning, or from the live model on. */
  readonly kind: RunKind;
  /** Why the schedule asked for it. */
  readonly reason: string | null;
  readonly status: RunStatus;
  /** The last report; empty before the first. */
  readonly progress: Partial<TrainProgress>;
  /** Report at the end of each epoch. */
  readonly history: readonly TrainProgress[];
  readonly result: RunResult | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

export interface RunResult {
  /** Hash of the artifact made. */
  readonly artifact?: string;
  /** Set when it went live; otherwise `notPublished` says why. */
  readonly sequence?: number;
  readonly notPublished?: string;
  readonly seconds?: Readonly<Record<string, number>>;
  /** What it trained on and why, in one line. */
  readonly device?: string;
  /** What a search for settings tried. */
  readonly search?: readonly SearchTrial[];
  readonly error?: string;
  /** Of an update: what the model before it scored on the orders and visits that came after it, beside co-purchase. */
  readonly onNew?: { readonly cases: number; readonly ndcg: number; readonly coPurchase: number };
  /** Of an update: new orders and visits, and products placed by their content. */
  readonly learned?: { readonly groups: number; readonly placed: number };
  /** Of an update: why a full training should come next. */
  readonly wantsTraining?: string;
}

/**
 * Writes a run that waits or begins; one that was stopped or failed before begins again.
 * @returns whether it may: a run that its owner cancelled stays so
 */
export async function createRun(db: Database, shop: string, run: { readonly id: string; readonly status: 'queued' | 'running'; readonly startedAt: number; readonly kind?: RunKind; readonly reason?: string }): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO training_runs (shop_id, run_id, family, status, started_at, kind, reason)
     VALUES ($1, $2, 'recommendation', $3, to_timestamp($4::float8 / 1000), $5, $6)
     ON CONFLICT (shop_id, run_id) DO UPDATE SET status = excluded.status, progress = '{}', history = '[]', result = NULL, finished_at = NULL
     WHERE training_runs.status <> 'cancelled'
     RETURNING run_id`,
    [shop, run.id, run.status, run.startedAt, run.kind ?? 'training', run.reason ?? null]);
  return rows.length > 0;
}

/** @returns whether the run is still wanted: not when it was cancelled in the meantime, by whatever process */
export async function updateRunProgress(db: Database, shop: string, id: string, progress: TrainProgress, history: readonly TrainProgress[]): Promise<boolean> {
  const rows = await db.query(
    `UPDATE training_runs SET progress = $3::text::jsonb, history = $4::text::jsonb WHERE shop_id = $1 AND run_id = $2 AND status = 'running' RETURNING run_id`,
    [shop, id, JSON.stringify(progress), JSON.stringify(history)]);
  return rows.length > 0;
}

/** Cancels a run that waits or runs. @returns whether it did */
export async function cancelRun(db: Database, shop: string, id: string, end: { readonly result: RunResult; readonly finishedAt: number }): Promise<boolean> {
  const rows = await db.query(
    `UPDATE training_runs SET status = 'cancelled', result = $3::text::jsonb, finished_at = to_timestamp($4::float8 / 1000)
     WHERE shop_id = $1 AND run_id = $2 AND status IN ('queued', 'running') RETURNING run_id`,
    [shop, id, JSON.stringify(end.result), end.finishedAt]);
  return rows.length > 0;
}

export async function finishRun(
  db: Database, shop: string, id: string, end: { readonly status: 'done' | 'failed' | 'cancelled'; readonly result: RunResult; readonly finishedAt: number },
): Promise<void> {
  await db.query(
    `UPDATE training_runs SET status = $3, result = $4::text::jsonb, finished_at = to_timestamp($5::float8 / 1000)
     WHERE shop_id = $1 AND run_id = $2`,
    [shop, id, end.status, JSON.stringify(end.result), end.finishedAt]);
}

interface StoredRun {
  run_id: string; family: string; kind: RunKind; reason: string | null; status: RunStatus; progress: Partial<TrainProgress>; history: TrainProgress[];
  result: RunResult | null; started_at: Date; finished_at: Date | null;
}

const COLUMNS = 'run_id, family, kind, reason, status, progress, history, result, started_at, finished_at';

export async function findRun(db: Database, shop: string, id: string): Promise<RunRow | undefined> {
  const [row] = await db.query<StoredRun>(`SELECT ${COLUMNS} FROM training_runs WHERE shop_id = $1 AND run_id = $2`, [shop, id]);
  return row && toRun(row);
}

/** Newest first. */
export async function listRuns(db: Database, shop: string, options: { readonly limit?: number } = {}): Promise<RunRow[]> {
  const rows = await db.query<StoredRun>(
    `SELECT ${COLUMNS} FROM training_runs WHERE shop_id = $1 ORDER BY started_at DESC, run_id LIMIT $2::int`, [shop, options.limit ?? 20]);
  return rows.map(toRun);
}

/** The run that is queued or running now, if any. */
export async function findActiveRun(db: Database, shop: string): Promise<RunRow | undefined> {
  const [row] = await db.query<StoredRun>(
    `SELECT ${COLUMNS} FROM training_runs WHERE shop_id = $1 AND status IN ('queued', 'running') ORDER BY started_at DESC LIMIT 1`, [shop]);
  return row && toRun(row);
}

/** Removes a shop's runs (redaction). */
export async function deleteRuns(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM training_runs WHERE shop_id = $1`, [shop]);
}

function toRun(row: StoredRun): RunRow {
  return {
    id: row.run_id, family: row.family, kind: row.kind, reason: row.reason, status: row.status, progress: row.progress, history: row.history, result: row.result,
    startedAt: row.started_at.getTime(), finishedAt: row.finished_at?.getTime() ?? null,
  };
}
