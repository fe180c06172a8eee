import type { Manifest } from '@vitrine/sdk/core';
import type { Evaluation } from '../pipeline/types.ts';
import type { Database } from './database.ts';

/** What is known of a stored artifact without its bytes. Times are milliseconds since 1970. */
export interface ArtifactRow {
  readonly hash: string;
  readonly family: string;
  readonly version: string;
  readonly audience: 'browser' | 'server';
  readonly bytes: number;
  readonly manifest: Manifest;
  readonly evaluations: readonly Evaluation[];
  readonly createdAt: number;
}

/** Stores an artifact; the same hash again changes nothing. */
export async function insertArtifact(
  db: Database, shop: string, artifact: Omit<ArtifactRow, 'bytes'> & { readonly file: Uint8Array },
): Promise<void> {
  await db.query(
    `INSERT INTO artifacts (shop_id, hash, family, version, audience, bytes, manifest, evaluation, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb, to_timestamp($9::float8 / 1000))
     ON CONFLICT (shop_id, hash) DO NOTHING`,
    [shop, artifact.hash, artifact.family, artifact.version, artifact.audience, artifact.file,
      JSON.stringify(artifact.manifest), JSON.stringify(artifact.evaluations), artifact.createdAt]);
}

export async function readArtifactBytes(db: Database, shop: string, hash: string): Promise<{ file: Uint8Array; audience: 'browser' | 'server' } | undefined> {
  const [row] = await db.query<{ bytes: Uint8Array; audience: 'browser' | 'server' }>(
    `SELECT bytes, audience FROM artifacts WHERE shop_id = $1 AND hash = $2`, [shop, hash]);
  return row && { file: new Uint8Array(row.bytes), audience: row.audience };
}

/** Whom an artifact is for; undefined when there is none of that hash. */
export async function findAudience(db: Database, shop: string, hash: string): Promise<'browser' | 'server' | undefined> {
  const [row] = await db.query<{ audience: 'browser' | 'server' }>(`SELECT audience FROM artifacts WHERE shop_id = $1 AND hash = $2`, [shop, hash]);
  return row?.audience;
}

interface StoredArtifact {
  hash: string; family: string; version: string; audience: 'browser' | 'server'; size: number; manifest: Manifest; evaluation: Evaluation[]; created_at: Date;
}

const COLUMNS = 'hash, family, version, audience, length(bytes) AS size, manifest, evaluation, created_at';

export async function findArtifact(db: Database, shop: string, hash: string): Promise<ArtifactRow | undefined> {
  const [row] = await db.query<StoredArtifact>(`SELECT ${COLUMNS} FROM artifacts WHERE shop_id = $1 AND hash = $2`, [shop, hash]);
  return row && toArtifact(row);
}

/** The artifact made last, published or not. */
export async function findNewestArtifact(db: Database, shop: string, family = 'recommendation'): Promise<ArtifactRow | undefined> {
  const [row] = await db.query<StoredArtifact>(
    `SELECT ${COLUMNS} FROM artifacts WHERE shop_id = $1 AND family = $2 ORDER BY created_at DESC, version DESC LIMIT 1`, [shop, family]);
  return row && toArtifact(row);
}

/**
 * Removes recommendation models made before a time (ms since 1970), with their shards, which carry their version, and
 * the releases that name them. Returns how many files.
 * @param except versions that stay
 */
export async function deleteModels(db: Database, shop: string, { before, except }: { readonly before: number; readonly except: readonly string[] }): Promise<number> {
  const [{ files }] = await db.query<{ files: number }>(
    `WITH old AS (
       SELECT hash FROM artifacts
       WHERE shop_id = $1 AND family IN ('recommendation', 'recommendation-shard') AND created_at < to_timestamp($2::float8 / 1000) AND NOT version = ANY($3::text[])),
     names AS (DELETE FROM releases r USING old WHERE r.shop_id = $1 AND r.hash = old.hash),
     gone AS (DELETE FROM artifacts a USING old WHERE a.shop_id = $1 AND a.hash = old.hash RETURNING 1)
     SELECT count(*)::int AS files FROM gone`, [shop, before, except]);
  // The embedded database has no background process that would free their room.
  if (files > 0) await db.exec('VACUUM artifacts');
  return files;
}

/** Removes a shop's artifacts and releases (redaction). */
export async function deleteArtifacts(db: Database, shop: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(`DELETE FROM releases WHERE shop_id = $1`, [shop]);
    await tx.query(`DELETE FROM artifacts WHERE shop_id = $1`, [shop]);
  });
}

function toArtifact(row: StoredArtifact): ArtifactRow {
  return {
    hash: row.hash, family: row.family, version: row.version, audience: row.audience, bytes: row.size, manifest: row.manifest,
    evaluations: row.evaluation, createdAt: row.created_at.getTime(),
  };
}
