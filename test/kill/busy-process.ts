import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../plugin-server/src/config.ts';
import { SERVICES, startWorker } from '../../plugin-server/src/jobs/start-worker.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { compressRecommendation } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../../plugin-server/src/pipeline/compress/random-checkpoint.ts';
import { startServer } from '../../plugin-server/src/serve.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { publishRelease } from '../../plugin-server/src/services/publish-release.ts';
import { requestTraining } from '../../plugin-server/src/services/request-training.ts';
import { storeModel } from '../../plugin-server/src/services/store-model.ts';
import { trainShop } from '../../plugin-server/src/services/train-shop.ts';
import { findActiveRun } from '../../plugin-server/src/store/runs.ts';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { importLines, SHOP } from './expected.ts';

// A server that does everything at once until it is killed: answers, imports files, trains, publishes models in parts.
// What it has acknowledged it says on standard output, a line of JSON each. With BUSY=no it only finishes what is queued, and ends.
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`); // a pipe is written to at once
const busy = process.env.BUSY !== 'no';
const config = readConfig();
const server = await startServer(config, { log: silentLog, work: false, assets: [] });
const { ctx } = server;
await startWorker(ctx, {
  ...SERVICES,
  async train(context, payload, signal) {
    await trainShop(context, { ...payload, publish: true, signal, epochs: 3, saveEvery: 200 });
    say({ trained: payload.runId });
  },
});
say({ listening: server.url, key: (await findShop(ctx.db, SHOP))!.publishableKey });
process.once('SIGTERM', () => void server.close().then(() => process.exit()));

async function keepImporting(): Promise<void> {
  for (let part = Number(process.env.FROM); ; part++) {
    const path = join(config.home, `orders-${part}.csv`);
    writeFileSync(path, importLines(part));
    await importFile(ctx, { path, shop: SHOP, currency: 'EUR' });
    say({ imported: part });
    await wait(50);
  }
}

async function keepPublishing(): Promise<void> {
  const packed = compressRecommendation(randomCheckpoint(300, 5));
  const shop = (await findShop(ctx.db, SHOP))!;
  for (let version = 0; ; version++) {
    const input = { packed, manifest: { version: `${process.env.FROM}-${version}`, metrics: [] }, config: { version }, evaluations: [], createdAt: ctx.clock() };
    const { hash } = await storeModel(ctx, shop, { ...input, whole: 100 });
    const { sequence } = await publishRelease(ctx, { shop: SHOP, hash, force: true });
    say({ published: hash, sequence });
    await wait(50);
  }
}

async function keepTraining(): Promise<void> {
  for (;;) {
    if (!(await findActiveRun(ctx.db, SHOP))) say({ queued: (await requestTraining(ctx, { shop: SHOP })).runId });
    await wait(100);
  }
}

if (busy) {
  const failed = (error: Error) => { say({ failed: error.message }); };
  for (const work of [keepImporting, keepPublishing, keepTraining]) void work().catch(failed);
} else {
  while ((await ctx.db.query("SELECT 1 FROM webhook_deliveries WHERE handled_at IS NULL UNION ALL SELECT 1 FROM training_runs WHERE status IN ('queued', 'running') LIMIT 1")).length > 0) await wait(300);
  await server.close();
  process.exit();
}
