import { webcrypto } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodeArtifact, hashArtifact } from '@vitrine/sdk/core';
import { createFileShop } from '../../plugin-server/src/services/create-file-shop.ts';
import { insertArtifact } from '../../plugin-server/src/store/artifacts.ts';
import { upsertProducts } from '../../plugin-server/src/store/products.ts';
import { insertRelease } from '../../plugin-server/src/store/releases.ts';
import { embeddedDatabase } from './load/bench-database.ts';
import { SHOP, withBenchContext } from './load/bench-shop.ts';
import { startServerProcess } from './load/server-process.ts';
import type { Summary } from './load/summary.ts';
import { runChild } from './run-child.ts';
import { median } from './statistics.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const SERVER = fileURLToPath(new URL('./load/endpoints-server.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('./load/get.ts', import.meta.url));
/** What the client saw, and the processor time that the server used: on a busy machine it says more than the rate. */
interface Asked extends Summary { readonly cpu: number }

const ITEMS = 1_000;
/** Products of a widget. */
const SHOWN = 12;

/**
 * `npm run bench -- endpoints`: answers a second of the public routes, and of bare routes of Hono that hand out the same
 * bytes in the same process, in turn. The client is a process of its own with 16 kept connections.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const [rounds, seconds] = smoke ? [1, 0.5] : [5, 4];
  const database = embeddedDatabase();
  try {
    const hash = await withBenchContext(database.env, async (ctx) => {
      await createFileShop(ctx, { shop: SHOP, currency: 'EUR' });
      return store(ctx);
    });
    const base = `/v1/shops/${SHOP}`;
    const paths = { artifact: `${base}/artifacts/${hash}`, release: `${base}/release`, products: `${base}/products?ids=${Array.from({ length: SHOWN }, (_, id) => `p${id}`).join()}` };
    const server = await startServerProcess({ ...database.env, BENCH_PATHS: JSON.stringify(Object.values(paths)) }, SERVER);
    try {
      let bare: number | undefined;
      while (!bare) {
        bare = (server.said.find(({ message }) => message === 'bare') as { port?: number } | undefined)?.port;
        await wait(10);
      }
      const ask = async (port: number, path: string, time: number): Promise<Asked> => {
        const before = server.cpuSeconds();
        const summary = await runChild([CLIENT, '--port', String(port), '--path', path, '--seconds', String(time), '--accept', 'identity'], { note() {} }) as Summary;
        return { ...summary, cpu: server.cpuSeconds() - before };
      };
      const raw: { path: string; ours: Asked; bare: Asked }[] = [];
      for (const path of Object.values(paths)) for (const port of [server.port, bare]) await ask(port, path, Math.min(2, seconds));
      for (let round = 0; round < rounds; round++) {
        for (const [name, path] of Object.entries(paths)) {
          note(`Round ${round + 1} of ${rounds}: ${name} …`);
          const oursFirst = round % 2 === 0;
          const first = await ask(oursFirst ? server.port : bare, path, seconds);
          const second = await ask(oursFirst ? bare : server.port, path, seconds);
          raw.push({ path: name, ours: oursFirst ? first : second, bare: oursFirst ? second : first });
        }
      }
      const rate = ({ answers, seconds: time }: Summary) => answers / time;
      const rows = Object.keys(paths).flatMap((name): Row[] => {
        const own = raw.filter(({ path }) => path === name);
        const failed = own.reduce((sum, { ours }) => sum + ours.answers - (ours.statuses['200'] ?? 0), 0);
        return [
          { subject: name, metric: 'answers a second', value: median(own.map(({ ours }) => rate(ours))), unit: '1' },
          { subject: name, metric: 'bare Hono, answers a second', value: median(own.map((each) => rate(each.bare))), unit: '1' },
          { subject: name, metric: 'share of the bare rate', value: median(own.map((each) => rate(each.ours) / rate(each.bare))), unit: '1' },
          { subject: name, metric: 'processor time of an answer', value: 1000 * median(own.map(({ ours }) => ours.cpu / ours.answers)), unit: 'ms' },
          { subject: name, metric: 'bare Hono, processor time of an answer', value: 1000 * median(own.map((each) => each.bare.cpu / each.bare.answers)), unit: 'ms' },
          { subject: name, metric: 'p99', value: median(own.map(({ ours }) => ours.p99)), unit: 'ms' },
          { subject: name, metric: 'not answered with 200', value: failed, unit: '1' },
        ];
      });
      return { rows, raw, setting: { rounds: `${rounds} rounds of ${seconds} s each`, artifact: '64 kB', products: `${SHOWN} of ${ITEMS}` } };
    } finally {
      await server.stop();
    }
  } finally {
    await database.close();
  }
}

async function store({ db }: Parameters<Parameters<typeof withBenchContext>[1]>[0]): Promise<string> {
  const ids = Array.from({ length: ITEMS }, (_, id) => `p${id}`);
  await upsertProducts(db, SHOP, ids.map((id) => ({
    id, title: `A product named ${id}`, handle: `product-${id}`, productType: 'Shirts', vendor: 'A vendor', tags: [], price: 19.5, imageUrl: `https://cdn.example/files/${id}.jpg`,
    status: 'active', published: true, available: true, createdAt: null, updatedAt: 1_000,
  })));
  const manifest = { family: 'recommendation' as const, audience: 'browser' as const, shop: SHOP, version: '20261123T100000Z-0001', createdAt: '2026-11-23T10:00:00.000Z', config: {}, metrics: [] };
  const file = await encodeArtifact(manifest, new Map([
    ['items', { type: 'utf8' as const, shape: [ITEMS], data: ids }],
    ['table', { type: 'int8' as const, shape: [ITEMS, 64], data: Int8Array.from({ length: ITEMS * 64 }, (_, i) => (i * 37) % 251 - 125) }],
  ]), async () => new Uint8Array(64));
  const hash = await hashArtifact(file, webcrypto.subtle);
  await insertArtifact(db, SHOP, { hash, family: 'recommendation', version: manifest.version, audience: 'browser', manifest: { ...manifest, tensors: [] }, evaluations: [], createdAt: 1_000, file });
  await insertRelease(db, SHOP, { hash, reason: 'publish', publishedAt: 1_000 });
  return hash;
}
