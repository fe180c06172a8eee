import type { Context } from '../context.ts';
import { findArtifact } from '../store/artifacts.ts';
import { listImports } from '../store/imports.ts';
import type { ImportRow } from '../store/imports.ts';
import { countShop } from '../store/orders.ts';
import type { ShopCounts } from '../store/orders.ts';
import { findLiveRelease } from '../store/releases.ts';
import { listRuns } from '../store/runs.ts';
import type { RunRow } from '../store/runs.ts';
import { listShops } from '../store/shops.ts';
import { requireShop } from './require-shop.ts';

/** What is stored, trained and live of one shop. Times are milliseconds since 1970. */
export interface ShopStatus {
  readonly shop: string;
  readonly source: string;
  readonly currency: string | null;
  readonly counts: ShopCounts;
  readonly lastImport: ImportRow | null;
  readonly lastRun: Pick<RunRow, 'id' | 'status' | 'result' | 'startedAt' | 'finishedAt'> | null;
  readonly live: { readonly sequence: number; readonly hash: string; readonly version: string; readonly bytes: number; readonly publishedAt: number } | null;
}

/** Names of all shops, sorted. */
export async function listShopNames({ db }: Pick<Context, 'db'>): Promise<string[]> {
  return (await listShops(db)).map((shop) => shop.id).sort();
}

/** @throws VitrineError `not_found` */
export async function shopStatus(ctx: Context, input: { readonly shop: string }): Promise<ShopStatus> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const [run] = await listRuns(db, shop.id, { limit: 1 });
  const [lastImport = null] = await listImports(db, shop.id, { limit: 1 });
  const release = await findLiveRelease(db, shop.id);
  const artifact = release && await findArtifact(db, shop.id, release.hash);
  return {
    shop: shop.id, source: shop.source, currency: shop.currency, counts: await countShop(db, shop.id), lastImport,
    lastRun: run ? { id: run.id, status: run.status, result: run.result, startedAt: run.startedAt, finishedAt: run.finishedAt } : null,
    live: release && artifact
      ? { sequence: release.sequence, hash: release.hash, version: artifact.version, bytes: artifact.bytes, publishedAt: release.publishedAt } : null,
  };
}
