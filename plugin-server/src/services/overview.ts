import type { Context } from '../context.ts';
import type { Evaluation } from '../pipeline/types.ts';
import { type ActivityDay, countStored, listActivityDays, listWidgetActivity, type WidgetActivity } from '../store/activity.ts';
import { type ArtifactRow, findArtifact } from '../store/artifacts.ts';
import { type ImportRow, listImports } from '../store/imports.ts';
import { listReleases, type ReleaseRow } from '../store/releases.ts';
import { listRuns, type RunRow } from '../store/runs.ts';
import { listNotices } from './list-notices.ts';
import { listPrivacyRequests, type PrivacyRequest } from './list-privacy-requests.ts';
import { readArtifact } from './read-artifact.ts';
import { requireShop } from './require-shop.ts';

/** Everything the dashboard shows of one shop. Times are milliseconds since 1970. */
export interface Overview {
  /** When it was put together, by the server's clock. */
  readonly at: number;
  readonly shop: OverviewShop;
  readonly counts: OverviewCounts;
  /** Newest first. */
  readonly imports: readonly ImportRow[];
  /** The live release; null before the first. */
  readonly release: OverviewRelease | null;
  /** Newest first, the live one not among them. */
  readonly previousReleases: readonly OverviewRelease[];
  /** Of the live release: one evaluation a task. */
  readonly evaluations: readonly Evaluation[];
  /** The latest training run, with the evaluations of what it made; null before the first. */
  readonly run: OverviewRun | null;
  readonly activity: OverviewActivity;
  /** What only the owner can mend, one line each; empty when all is well. */
  readonly notices: readonly string[];
  /** Requests about customers' data, the newest first. */
  readonly privacy: readonly PrivacyRequest[];
}

export interface OverviewShop {
  readonly name: string;
  readonly domain: string;
  readonly currency: string | null;
  readonly source: 'shopify' | 'file';
  readonly installedAt: number;
  readonly publishableKey: string;
  readonly storefrontUrl: string | null;
}

export interface OverviewCounts {
  readonly products: number;
  readonly orders: number;
  readonly lines: number;
  readonly customers: number;
  readonly events: number;
  /** First and last order. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface OverviewRelease {
  readonly sequence: number;
  readonly version: string;
  readonly publishedAt: number;
  readonly reason: 'publish' | 'rollback';
  /** SHA-256 of the artifact, hex. */
  readonly hash: string;
  readonly bytes: number;
  /** What a browser downloads: the same bytes, compressed with brotli. Of the live release only. */
  readonly brotliBytes?: number;
}

export interface OverviewRun extends RunRow {
  readonly evaluations: readonly Evaluation[];
}

export interface OverviewActivity {
  /** When the first event of a visit arrived; null: the storefront has not been seen yet. */
  readonly firstEventAt: number | null;
  /** The last DAYS days by the shop's calendar, today last. */
  readonly days: readonly ActivityDay[];
  /** Of the last seven days. */
  readonly widgets: readonly WidgetActivity[];
  /** Clicks by impressions of the last seven days; null without impressions. */
  readonly clickThrough: number | null;
}

/** Days of activity shown. */
const DAYS = 14;
const DAY = 86_400_000;
const IMPORTS = 8;
const RELEASES = 6;

/**
 * Puts together what the dashboard shows of one shop.
 *
 * @throws VitrineError `not_found` for a shop that was never installed
 * @example
 * const { release, evaluations } = await overview(ctx, { shop: 'demo.myshopify.com' });
 */
export async function overview(ctx: Context, input: { readonly shop: string }): Promise<Overview> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const at = ctx.clock();
  const counts = await countStored(db, shop.id);
  const days = await listActivityDays(db, shop.id, { now: new Date(at), days: DAYS, timezone: knownTimezone(shop.timezone) });
  const widgets = await listWidgetActivity(db, shop.id, new Date(at - 7 * DAY));
  const [run] = await listRuns(db, shop.id, { limit: 1 });
  const made = run?.result?.artifact === undefined ? undefined : await findArtifact(db, shop.id, run.result.artifact);
  const rows = await listReleases(db, shop.id, { limit: RELEASES });
  const released = await Promise.all(rows.map(async (row) => ({ row, artifact: await findArtifact(db, shop.id, row.hash) })));
  const known = released.filter((entry): entry is { row: ReleaseRow; artifact: ArtifactRow } => entry.artifact !== undefined);
  const [live, ...previous] = known;
  const impressions = widgets.reduce((sum, widget) => sum + widget.impressions, 0);
  const clicks = widgets.reduce((sum, widget) => sum + widget.clicks, 0);

  return {
    at,
    shop: {
      name: shop.name, domain: shop.id, currency: shop.currency, source: shop.source, installedAt: shop.installedAt,
      publishableKey: shop.publishableKey, storefrontUrl: shop.storefrontUrl,
    },
    counts: {
      products: counts.products, orders: counts.orders, lines: counts.lines, customers: counts.customers, events: counts.events,
      from: counts.from?.getTime() ?? null, to: counts.to?.getTime() ?? null,
    },
    imports: await listImports(db, shop.id, { limit: IMPORTS }),
    release: live ? { ...toRelease(live), brotliBytes: await brotliSize(ctx, shop.id, live.row.hash) } : null,
    previousReleases: previous.map(toRelease),
    evaluations: live?.artifact.evaluations ?? [],
    run: run ? { ...run, evaluations: made?.evaluations ?? [] } : null,
    activity: {
      firstEventAt: counts.firstEventAt?.getTime() ?? null, days, widgets, clickThrough: impressions > 0 ? clicks / impressions : null,
    },
    notices: await listNotices(ctx, shop),
    privacy: await listPrivacyRequests(ctx, { shop: shop.id }),
  };
}

function toRelease({ row, artifact }: { row: ReleaseRow; artifact: ArtifactRow }): OverviewRelease {
  return { sequence: row.sequence, version: artifact.version, publishedAt: row.publishedAt, reason: row.reason, hash: row.hash, bytes: artifact.bytes };
}

/** The zone if this runtime knows it; a shop that names another one gets UTC days rather than an error. */
function knownTimezone(timezone: string | null): string {
  if (timezone === null) return 'UTC';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** An artifact never changes, so its compressed size is worked out once. Oldest entries leave first. */
const sizes = new Map<string, number>();
const SIZES = 256;

async function brotliSize(ctx: Context, shop: string, hash: string): Promise<number> {
  const known = sizes.get(hash);
  if (known !== undefined) return known;
  const { length } = await readArtifact(ctx, { shop, hash, encoding: 'br' });
  if (sizes.size >= SIZES) sizes.delete(sizes.keys().next().value!);
  sizes.set(hash, length);
  return length;
}
