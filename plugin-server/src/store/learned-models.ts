import type { UpdateScore } from '../pipeline/types.ts';
import type { Database } from './database.ts';

/** A trainable model as stored, without its bytes. Times are milliseconds since 1970. */
export interface LearnedModelRow {
  /** The artifact it shipped as. */
  readonly hash: string;
  readonly scores: readonly UpdateScore[];
  /** Why the next run should be a full training. */
  readonly wantsTraining: string | null;
  readonly fullAt: number;
  readonly createdAt: number;
}

/** Models that stay beside the live one: an owner may roll back. */
const KEPT = 5;

/** Stores a trainable model beside the artifact it ships as, and removes those that nobody comes back to. */
export async function insertLearnedModel(db: Database, shop: string, model: LearnedModelRow & { readonly bytes: Uint8Array; readonly items: readonly string[] }): Promise<void> {
  await db.query(
    `INSERT INTO learned_models (shop_id, hash, bytes, items, scores, wants_training, full_at, created_at)
     VALUES ($1, $2, $3, $4::text[], $5::text::jsonb, $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000))
     ON CONFLICT (shop_id, hash) DO NOTHING`,
    [shop, model.hash, model.bytes, model.items, JSON.stringify(model.scores), model.wantsTraining, model.fullAt, model.createdAt]);
  await db.query(
    `DELETE FROM learned_models m WHERE m.shop_id = $1
       AND (NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.shop_id = $1 AND a.hash = m.hash)
         OR m.hash NOT IN (SELECT hash FROM learned_models WHERE shop_id = $1 ORDER BY created_at DESC LIMIT ${KEPT})
           AND m.hash IS DISTINCT FROM (SELECT hash FROM releases WHERE shop_id = $1 AND family = 'recommendation' ORDER BY sequence DESC LIMIT 1))`,
    [shop]);
}

interface Stored { hash: string; scores: UpdateScore[]; wants_training: string | null; full_at: Date; created_at: Date; bytes: Uint8Array }

export async function findLearnedModel(db: Database, shop: string, hash: string): Promise<(LearnedModelRow & { readonly bytes: Uint8Array }) | undefined> {
  const [row] = await db.query<Stored>(
    `SELECT hash, scores, wants_training, full_at, created_at, bytes FROM learned_models WHERE shop_id = $1 AND hash = $2`, [shop, hash]);
  return row && { hash: row.hash, scores: row.scores, wantsTraining: row.wants_training, fullAt: row.full_at.getTime(), createdAt: row.created_at.getTime(), bytes: new Uint8Array(row.bytes) };
}

/**
 * What a scheduled run of a shop should be: an update, where the live model can be gone on from and need not be trained
 * anew; else a full training, and why. Data of a customer that was redacted since is forgotten by a full training only.
 */
export async function planRun(db: Database, shop: string): Promise<{ readonly kind: 'training' | 'update'; readonly reason: string | null }> {
  const [row] = await db.query<{ wants: string | null; redacted: boolean; failed: boolean | null }>(
    `SELECT m.wants_training AS wants,
            (SELECT kind = 'update' AND status = 'failed' FROM training_runs r WHERE r.shop_id = $1 ORDER BY started_at DESC, run_id DESC LIMIT 1) AS failed,
            EXISTS (SELECT 1 FROM privacy_requests p WHERE p.shop_id = $1 AND p.kind = 'customer_redact' AND p.done_at > m.full_at) AS redacted
     FROM learned_models m
     WHERE m.shop_id = $1 AND m.hash = (SELECT hash FROM releases WHERE shop_id = $1 AND family = 'recommendation' ORDER BY sequence DESC LIMIT 1)`, [shop]);
  if (!row) return { kind: 'training', reason: 'there is no published model to go on from' };
  if (row.redacted) return { kind: 'training', reason: 'a customer was redacted' };
  if (row.failed) return { kind: 'training', reason: 'the last update failed' };
  return row.wants === null ? { kind: 'update', reason: null } : { kind: 'training', reason: row.wants };
}

/** Installed shops with products that may be shown and have no place in the live model, whose last run began before a time (ms since 1970). */
export async function findShopsWithNewProducts(db: Database, before: number): Promise<string[]> {
  const rows = await db.query<{ shop_id: string }>(
    `SELECT s.shop_id FROM shops s
     CROSS JOIN LATERAL (
       SELECT max(started_at) AS last, bool_or(status IN ('queued', 'running')) AS active FROM training_runs r WHERE r.shop_id = s.shop_id
     ) run
     JOIN LATERAL (SELECT hash FROM releases WHERE shop_id = s.shop_id AND family = 'recommendation' ORDER BY sequence DESC LIMIT 1) live ON true
     JOIN learned_models m ON m.shop_id = s.shop_id AND m.hash = live.hash
     WHERE s.source = 'shopify' AND s.uninstalled_at IS NULL AND run.last <= to_timestamp($1::float8 / 1000) AND NOT run.active
       AND EXISTS (SELECT product_id FROM products WHERE shop_id = s.shop_id AND status = 'active' AND published EXCEPT SELECT unnest(m.items))
     ORDER BY s.shop_id`, [before]);
  return rows.map((row) => row.shop_id);
}
