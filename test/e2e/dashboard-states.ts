import type { Evaluation, TrainProgress } from '../../plugin-server/src/pipeline/types.ts';
import type { Overview, OverviewRelease, OverviewRun } from '../../plugin-server/src/services/overview.ts';

/** The situations an owner can find the page in. Figures are invented for the picture, in the range real shops have. */
export const STATES = ['fresh', 'importing', 'training', 'healthy', 'failed', 'not-better'] as const;
export type State = (typeof STATES)[number];

/** The moment every state is seen at: a fixed clock keeps pictures and texts the same. */
export const NOW = Date.UTC(2026, 10, 23, 10, 15);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What `GET /api/overview` answers in a state. */
export function overviewIn(state: State): Overview {
  return { ...HEALTHY, ...CHANGES[state] };
}

const shop: Overview['shop'] = {
  name: 'Fern & Field', domain: 'fern-and-field.myshopify.com', currency: 'EUR', source: 'shopify', installedAt: NOW - 20 * DAY,
  publishableKey: `pk_${'BK7fQ2xWmV9sT4hLpR8nYcZ3dJ6gA1uE5iOwXkMbNqHvC0yPzSrDtFjGlUaIeKo'}`, storefrontUrl: 'https://fern-and-field.example',
};

function evaluation(task: string, goal: Evaluation['goal'], cases: number, figures: Record<string, [hr: number, ndcg: number, mrr: number, coverage: number]>): Evaluation {
  return {
    dataset: shop.domain, protocol: `${task}: last tenth of the groups by time`, goal, seed: 1, cases,
    rows: Object.entries(figures).map(([model, [hr, ndcg, mrr, coverage]]) => ({
      model, metrics: { 'HR@20': hr, 'NDCG@20': ndcg, 'MRR@20': mrr, coverage }, seconds: 1.2, ...(model === 'shipped' ? { bytes: 361_728 } : {}),
    })),
  };
}

const EVALUATIONS: readonly Evaluation[] = [
  evaluation('next-basket', 'purchase', 2000, { shipped: [0.274, 0.131, 0.112, 0.612], popularity: [0.118, 0.047, 0.036, 0.011], 'co-purchase': [0.236, 0.112, 0.097, 0.548] }),
  evaluation('rest-of-basket', 'purchase', 1846, { shipped: [0.312, 0.158, 0.127, 0.574], popularity: [0.121, 0.048, 0.033, 0.01], 'co-purchase': [0.264, 0.129, 0.101, 0.493] }),
  evaluation('next-view', 'view', 2000, { shipped: [0.428, 0.236, 0.187, 0.701], popularity: [0.096, 0.034, 0.021, 0.01], 'co-purchase': [0.301, 0.158, 0.124, 0.522] }),
];

const WORSE: readonly Evaluation[] = [
  evaluation('rest-of-basket', 'purchase', 212, { shipped: [0.108, 0.047, 0.035, 0.382], popularity: [0.099, 0.041, 0.03, 0.021], 'co-purchase': [0.142, 0.063, 0.049, 0.301] }),
];

const EPOCHS = 12;
const history = (epochs: number): TrainProgress[] => Array.from({ length: epochs }, (_, index) => ({
  epoch: index + 1, epochs: EPOCHS, step: 318, steps: 318, loss: 3.1 + 3.6 * Math.exp(-index / 2.6),
  validation: { name: 'NDCG@20', value: Number((0.162 - 0.115 * Math.exp(-index / 2.9) - (index === 9 ? 0.002 : 0)).toFixed(4)) },
  secondsElapsed: (index + 1) * 7.8, secondsLeft: (EPOCHS - index - 1) * 7.8,
}));

const RUN: OverviewRun = {
  id: '20261123T080210Z-5c1f9e', family: 'recommendation', kind: 'training', reason: null, status: 'done', progress: history(EPOCHS).at(-1)!, history: history(EPOCHS),
  result: { artifact: 'a'.repeat(64), sequence: 4, seconds: { read: 1.1, dataset: 0.9, train: 93.6, compress: 0.4, evaluate: 9.2 } },
  startedAt: NOW - 2 * HOUR - 110_000, finishedAt: NOW - 2 * HOUR, evaluations: EVALUATIONS,
};

const release = (sequence: number, version: string, publishedAt: number, bytes: number, hash: string): OverviewRelease => ({ sequence, version, publishedAt, bytes, hash: hash.repeat(8), reason: 'publish' });

const IMPORTS: Overview['imports'] = [
  {
    id: 'i3', kind: 'orders', source: 'orders_export_2024.csv.gz', status: 'done', startedAt: NOW - 9 * DAY, finishedAt: NOW - 9 * DAY + 8000,
    report: {
      shop: shop.domain, file: 'orders_export_2024.csv.gz', kind: 'orders', dryRun: false, rows: { read: 48_112, kept: 45_987 }, seconds: 8.1, rowsPerSecond: 5940,
      dropped: [
        { reason: 'cancelled', text: 'cancellations', rows: 1204, lines: [212, 618, 701] }, { reason: 'not_a_product', text: 'not products (postage, fees, gift vouchers …)', rows: 853, lines: [39, 77, 140] },
        { reason: 'duplicate', text: 'exact duplicates', rows: 68, lines: [5021, 5022, 9130] },
      ],
      from: '2024-01-02T08:12:00Z', to: '2025-12-30T21:40:00Z', currency: 'EUR', peakBytes: 141_000_000,
    },
  },
  { id: 'i2', kind: 'bulk-orders', source: 'bulk operation', status: 'done', startedAt: NOW - 20 * DAY, finishedAt: NOW - 20 * DAY + 41_000, report: { rows: { read: 9_204, kept: 9_204 }, dropped: [], seconds: 41, from: '2026-09-04T06:02:00Z', to: '2026-11-03T09:58:00Z', currency: 'EUR' } },
  { id: 'i1', kind: 'bulk-products', source: 'bulk operation', status: 'done', startedAt: NOW - 20 * DAY - 40_000, finishedAt: NOW - 20 * DAY, report: { rows: { read: 2_316, kept: 2_316 }, dropped: [], seconds: 12 } },
];

const days: Overview['activity']['days'] = Array.from({ length: 14 }, (_, index) => {
  const date = new Date(NOW - (13 - index) * DAY).toISOString().slice(0, 10);
  const weekend = [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay()) ? 1.35 : 1;
  const views = Math.round((index === 13 ? 0.45 : 1) * weekend * (820 + 130 * Math.sin(index * 1.7) + index * 11));
  return { date, views, carts: Math.round(views * 0.082), impressions: Math.round(views * 1.31), clicks: Math.round(views * 0.058), orders: Math.round(views * 0.027) };
});
const NO_DAYS = days.map(({ date }) => ({ date, views: 0, carts: 0, impressions: 0, clicks: 0, orders: 0 }));

const total = <Key extends string>(rows: readonly Record<Key, number>[], key: Key): number => rows.reduce((sum, row) => sum + row[key], 0);
const WIDGETS = [{ widget: 'related', impressions: 5214, clicks: 251 }, { widget: 'bought-together', impressions: 1688, clicks: 64 }].concat({
  widget: 'for-you', impressions: total(days.slice(-7), 'impressions') - 5214 - 1688, clicks: total(days.slice(-7), 'clicks') - 251 - 64,
});

const HEALTHY: Overview = {
  notices: [], privacy: [],
  at: NOW, shop,
  counts: { products: 2316, orders: 20_134, lines: 55_191, customers: 11_872, events: 148_206, from: Date.UTC(2024, 0, 2), to: NOW - HOUR },
  imports: IMPORTS,
  release: { ...release(4, '20261123T081356Z-3f9a', NOW - 2 * HOUR, 361_728, '7c41e90b'), brotliBytes: 318_440 },
  previousReleases: [release(3, '20261122T030412Z-91be', NOW - 31 * HOUR, 359_168, '1de0a75c'), release(2, '20261114T030355Z-c20d', NOW - 9 * DAY, 340_992, 'b8f3326a')],
  evaluations: EVALUATIONS, run: RUN,
  activity: {
    firstEventAt: NOW - 19 * DAY, days, widgets: WIDGETS, clickThrough: total(WIDGETS, 'clicks') / total(WIDGETS, 'impressions'),
  },
};

const QUIET: Overview['activity'] = { firstEventAt: null, days: NO_DAYS, widgets: [], clickThrough: null };

const CHANGES: Record<State, Partial<Overview>> = {
  healthy: {},
  fresh: {
    shop: { ...shop, installedAt: NOW - 60_000 }, counts: { products: 0, orders: 0, lines: 0, customers: 0, events: 0, from: null, to: null },
    imports: [], release: null, previousReleases: [], evaluations: [], run: null, activity: QUIET,
  },
  importing: {
    shop: { ...shop, installedAt: NOW - 120_000 }, counts: { products: 2316, orders: 4210, lines: 11_630, customers: 3105, events: 0, from: NOW - 60 * DAY, to: NOW - 20 * DAY },
    imports: [{ ...IMPORTS[1], status: 'running', startedAt: NOW - 20_000, finishedAt: null, report: { operation: 'gid://shopify/BulkOperation/5163', stage: 'store', done: 4210 } }, { ...IMPORTS[2], startedAt: NOW - 60_000 }],
    release: null, previousReleases: [], evaluations: [], run: null, activity: QUIET,
  },
  training: {
    run: {
      ...RUN, id: '20261123T101300Z-08ab12', status: 'running', finishedAt: null, startedAt: NOW - 60_000, result: null, history: history(5), evaluations: [],
      progress: { epoch: 6, epochs: EPOCHS, step: 140, steps: 318, loss: 3.642, validation: { name: 'NDCG@20', value: 0.1308 }, secondsElapsed: 42, secondsLeft: 51 },
    },
  },
  failed: {
    run: {
      ...RUN, id: '20261123T100000Z-71c3aa', status: 'failed', startedAt: NOW - 900_000, finishedAt: NOW - 880_000, history: [], progress: {}, evaluations: [],
      result: { error: 'Training failed for a reason on our side. The published release is unchanged.' },
    },
  },
  'not-better': {
    shop: { ...shop, installedAt: NOW - 2 * DAY }, counts: { products: 214, orders: 1312, lines: 2107, customers: 960, events: 5210, from: NOW - 60 * DAY, to: NOW - HOUR },
    imports: IMPORTS.slice(1), release: null, previousReleases: [], evaluations: [],
    run: { ...RUN, finishedAt: NOW - HOUR, result: { artifact: 'b'.repeat(64), notPublished: 'NDCG@20 0.0470 does not beat co-purchase (0.0630)', seconds: { train: 21, evaluate: 3 } }, evaluations: WORSE },
    activity: { ...HEALTHY.activity, firstEventAt: NOW - 2 * DAY, widgets: [], clickThrough: null, days: days.map((day) => ({ ...day, impressions: 0, clicks: 0 })) },
  },
};
