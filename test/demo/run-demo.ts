import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';
import { build } from '../../build.ts';
import { readConfig } from '../../plugin-server/src/config.ts';
import type { Log } from '../../plugin-server/src/context.ts';
import { SERVICES, startWorker } from '../../plugin-server/src/jobs/start-worker.ts';
import { type RunningServer, startServer } from '../../plugin-server/src/serve.ts';
import { countShop } from '../../plugin-server/src/store/orders.ts';
import { listImports } from '../../plugin-server/src/store/imports.ts';
import { listRuns, type RunRow } from '../../plugin-server/src/store/runs.ts';
import { publishRelease } from '../../plugin-server/src/services/publish-release.ts';
import { requireShop } from '../../plugin-server/src/services/require-shop.ts';
import { trainShop } from '../../plugin-server/src/services/train-shop.ts';
import { lockDirectory } from '../../plugin-server/src/store/directory-lock.ts';
import { createShop, type Shop } from '../shop/shop.ts';
import { replaySessions } from './replay-sessions.ts';

export interface DemoOptions {
  readonly products: number;
  readonly orders: number;
  readonly seed: number;
  /** Preferred ports; 0 for any. */
  readonly port: number;
  readonly shopPort: number;
  /** Folder of the database; emptied first. */
  readonly home: string;
  /** Passes over the data at most; by default training decides. */
  readonly epochs?: number;
  /** Publishes a model that does not pass the gate, too. */
  readonly force?: boolean;
  /** Ends the demonstration before it is ready. */
  readonly signal?: AbortSignal;
  /** Of the server: what is worth a line. */
  readonly log: Log;
  /** One line about what is happening now. */
  readonly show: (line: () => string) => void;
  /** One line about what is done. */
  readonly note: (line: string) => void;
}

export interface Demo {
  readonly shop: Shop;
  readonly server: RunningServer;
  readonly run: RunRow;
  readonly counts: { readonly products: number; readonly orders: number; readonly events: number };
  /** Seconds by stage, in order. */
  readonly seconds: Record<string, number>;
  close(): Promise<void>;
}

/**
 * What `npm start` does: a simulated shop and the plugin server, installed into it over the same path as into a real one
 * (session token, token exchange, bulk import, webhooks), its first visits replayed to the collector, trained and published.
 *
 * @throws VitrineError when a stage fails, `cancelled` when the signal fires; everything that was opened is closed
 */
export async function runDemo(options: DemoOptions): Promise<Demo> {
  const { note, show, epochs, signal } = options;
  let ready = false;
  // Until it is ready a failed job fails the demonstration, which says so itself.
  const log: Log = { ...options.log, error: (message, fields) => { if (ready || message !== 'job failed') options.log.error(message, fields); } };
  const seconds: Record<string, number> = {};
  const stage = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    checkStopped(signal);
    const started = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - started) / 1000;
    return result;
  };
  const closers: Array<() => Promise<void>> = [];
  const close = async () => { for (const one of closers.splice(0).reverse()) await one(); };

  try {
    await stage('bundles', () => build());
    const shop = await stage('shop', () => createShop({ seed: options.seed, products: options.products, orders: options.orders }));
    await listenSomewhere((port) => shop.listen(port), options.shopPort);
    closers.push(() => shop.close());
    note(`Simulated shop: ${shop.products.length} products, ${shop.orders.length} orders.`);

    const app = { clientId: 'vitrine-demo', clientSecret: randomBytes(24).toString('hex'), scopes: ['read_products', 'read_orders', 'read_inventory', 'read_customers'] };
    emptyHome(options.home);
    const start = (port: number) => startServer(readConfig({
      VITRINE_HOME: options.home, PORT: String(port), HOST: '127.0.0.1', SHOPIFY_API_KEY: app.clientId, SHOPIFY_API_SECRET: app.clientSecret,
      SHOPIFY_SHOP_ORIGIN: shop.origin, APP_BRIDGE_URL: `${shop.origin}/app-bridge.js`,
    }), { log, work: epochs === undefined });
    const server = await stage('server', () => listenSomewhere(start, options.port));
    closers.push(() => server.close());
    if (epochs !== undefined) await startWorker(server.ctx, { ...SERVICES, train: (ctx, payload, stop) => trainShop(ctx, { ...payload, publish: true, epochs, signal: stop }) });

    const { ctx } = server;
    const appUrl = ctx.config.appUrl;
    await stage('install', async () => {
      const answer = await shop.install({ appUrl, ...app });
      if (!answer.ok) throw new VitrineError('upstream', `Installing into the simulated shop failed: the app answered ${answer.status}.`);
      const { publishableKey } = await requireShop(ctx, shop.domain);
      shop.setEmbed({ appUrl, key: publishableKey });
    });
    note('Installed: session token, token exchange, webhooks.');

    await stage('visits', () => replaySessions(shop, server, (sent, of) => show(() => `Visits     ${sent}/${of} events sent to the collector`)));
    await stage('import', () => watchImport(server, shop.domain, options));
    const counts = await countShop(ctx.db, shop.domain);
    note(`Imported: ${counts.products} products, ${counts.orders} orders (${counts.lines} lines), ${counts.events} events.`);

    let run = await stage('train', () => watchTraining(server, shop.domain, options));
    if (run.status !== 'done') throw new VitrineError('internal', run.result?.error ?? `Training ended as ${run.status}.`);
    if (options.force && run.result!.sequence === undefined) {
      const { sequence } = await publishRelease(ctx, { shop: shop.domain, hash: run.result!.artifact, force: true });
      run = { ...run, result: { ...run.result, sequence } };
    }
    ready = true;
    return { shop, server, run, counts, seconds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The preferred port, or any free one when it is taken. */
async function listenSomewhere<T>(listen: (port: number) => Promise<T>, port: number): Promise<T> {
  try {
    return await listen(port);
  } catch (error) {
    const taken = error instanceof VitrineError ? error.code === 'conflict' && error.message.startsWith('Port') : (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || port === 0) throw error;
    return listen(0);
  }
}

/** Empties the folder, unless a demonstration runs in it. */
function emptyHome(home: string): void {
  mkdirSync(home, { recursive: true });
  try {
    lockDirectory(join(home, 'data'))();
  } catch (cause) {
    throw new VitrineError('conflict', 'A simulated shop is running already: end it with Ctrl-C first, or add --once.', { cause });
  }
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
}

const LOOK_EVERY = 200;

type Watching = Pick<DemoOptions, 'show' | 'signal'>;

async function watchImport({ ctx }: RunningServer, shop: string, { show, signal }: Watching): Promise<void> {
  for (;;) {
    checkStopped(signal);
    const imports = await listImports(ctx.db, shop);
    const failed = imports.find((row) => row.status === 'failed');
    if (failed) throw new VitrineError('upstream', `Importing failed: ${String(failed.report.error ?? 'see the log')}`);
    if ((await listRuns(ctx.db, shop, { limit: 1 })).length > 0) return;
    const running = imports.find((row) => row.status === 'running');
    if (running) show(() => `Importing  ${running.kind === 'bulk-products' ? 'products' : 'orders'}: ${String(running.report.done ?? 0)}`);
    await pause(LOOK_EVERY);
  }
}

async function watchTraining({ ctx }: RunningServer, shop: string, { show, signal }: Watching): Promise<RunRow> {
  for (;;) {
    checkStopped(signal);
    const [run] = await listRuns(ctx.db, shop, { limit: 1 });
    if (run.status === 'done' || run.status === 'failed' || run.status === 'cancelled') return run;
    const { epoch, epochs, step, steps, loss, validation, secondsLeft } = run.progress;
    if (epoch !== undefined) {
      show(() => `Training   epoch ${epoch}/${epochs}  step ${step}/${steps}  loss ${loss!.toFixed(3)}`
        + `${validation ? `  ${validation.name} ${validation.value.toFixed(4)}` : ''}  at most ${Math.ceil(secondsLeft!)} s left`);
    }
    await pause(LOOK_EVERY);
  }
}

function checkStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VitrineError('cancelled', 'Stopped.');
}

/** Where the demonstration keeps its data, apart from a shop's own. */
export const DEMO_HOME = fileURLToPath(new URL('../../.vitrine/demo', import.meta.url));

/** The shop that `npm start` simulates unless told otherwise. */
export const DEMO_SHOP = { seed: 1, products: 2_000, orders: 20_500 } as const;
