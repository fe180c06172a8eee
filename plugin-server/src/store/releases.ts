import type { Database } from './database.ts';

/** One release of a family; the highest sequence is live. Times are milliseconds since 1970. */
export interface ReleaseRow {
  readonly sequence: number;
  readonly hash: string;
  readonly reason: 'publish' | 'rollback';
  readonly publishedAt: number;
}

/** Newest first: the first is live. */
export async function listReleases(db: Database, shop: string, options: { readonly family?: string; readonly limit?: number } = {}): Promise<ReleaseRow[]> {
  const rows = await db.query<{ sequence: number; hash: string; reason: 'publish' | 'rollback'; published_at: Date }>(
    `SELECT sequence, hash, reason, published_at FROM releases WHERE shop_id = $1 AND family = $2 ORDER BY sequence DESC LIMIT $3::int`,
    [shop, options.family ?? 'recommendation', options.limit ?? 20]);
  return rows.map((row) => ({ sequence: row.sequence, hash: row.hash, reason: row.reason, publishedAt: row.published_at.getTime() }));
}

export async function findLiveRelease(db: Database, shop: string, family = 'recommendation'): Promise<ReleaseRow | undefined> {
  return (await listReleases(db, shop, { family, limit: 1 }))[0];
}

/**
 * Makes a stored artifact live, in one statement: a reader sees the release before or the release after.
 * Two at once stand one behind the other: each holds the shop's row while it counts.
 */
export async function insertRelease(
  db: Database, shop: string, release: { readonly hash: string; readonly reason: 'publish' | 'rollback'; readonly publishedAt: number }, family = 'recommendation',
): Promise<number> {
  return db.transaction(async (inside) => {
    await inside.query('SELECT 1 FROM shops WHERE shop_id = $1 FOR NO KEY UPDATE', [shop]);
    const [row] = await inside.query<{ sequence: number }>(
      `INSERT INTO releases (shop_id, family, sequence, hash, reason, published_at)
       SELECT $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, to_timestamp($5::float8 / 1000) FROM releases WHERE shop_id = $1 AND family = $2
       RETURNING sequence`,
      [shop, family, release.hash, release.reason, release.publishedAt]);
    return row.sequence;
  });
}
