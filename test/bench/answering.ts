import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';
import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { requestTraining } from '../../plugin-server/src/services/request-training.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const SERVER = fileURLToPath(new URL('./answering-server.ts', import.meta.url));
const PATHS = ['/healthz', '/v1/shops/bench/release'] as const;
/** Milliseconds between two requests, and of asking when the server has nothing else to do. */
const EVERY = 20;
const IDLE = 5_000;

/**
 * `npm run bench -- answering`: how long the server takes to answer while it trains in the same process, embedded
 * database included, and when it is idle. A made-up shop; a request every 20 ms, in turn.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const lines = smoke ? 3_000 : 100_000;
  const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  const env = { VITRINE_HOME: home, DATABASE_URL: '', PORT: '0', VITRINE_DEVICE: 'cpu' };
  try {
    note(`Importing ${lines.toLocaleString('en-US')} lines of orders …`);
    const ctx = await createContext(readConfig(env), { log: silentLog });
    writeFileSync(join(home, 'orders.csv'), orders(lines, smoke ? 200 : 4_000));
    await importFile(ctx, { path: join(home, 'orders.csv'), shop: 'bench', currency: 'EUR' });
    await requestTraining(ctx, { shop: 'bench' });
    await ctx.close();

    const child = spawn(process.execPath, [SERVER], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
    let url: string | undefined;
    let ended: string | undefined;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const { message, url: address, job } = JSON.parse(text) as { message: string; url?: string; job?: string };
      if (message === 'listening') url = address;
      if (job === 'train') ended = message;
    });
    try {
      while (!url) await wait(20);
      note('Asking while it trains …');
      const training = await ask(url, () => ended === undefined && child.exitCode === null);
      if (ended !== 'job done') throw new VitrineError('internal', `The training did not end well: ${ended ?? 'the server stopped'}.`);
      note('Asking when it is idle …');
      const until = performance.now() + (smoke ? 500 : IDLE);
      const idle = await ask(url, () => performance.now() < until);
      return { rows: [...rowsOf('while training', training), ...rowsOf('idle', idle)], setting: { shop: `${lines.toLocaleString('en-US')} lines of orders` } };
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function orders(lines: number, items: number): string {
  const { item, group, actor, time } = madeUpInteractions({ events: lines, items });
  return ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID', ...Array.from(item, (row, i) =>
    `${group[i] + 1},p${row},Product ${row},1,${new Date(time[i] * 1000).toISOString().slice(0, 19).replace('T', ' ')},2.50,${actor[i] + 1}`)].join('\n');
}

/** Milliseconds of each answer, by path. */
async function ask(url: string, goOn: () => boolean): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(PATHS.map((path) => [path, []]));
  for (let turn = 0; goOn(); turn++) {
    const path = PATHS[turn % PATHS.length];
    const started = performance.now();
    const response = await fetch(url + path);
    await response.arrayBuffer();
    if (!response.ok) throw new VitrineError('internal', `${path} answered ${response.status}.`);
    times.get(path)!.push(performance.now() - started);
    await wait(EVERY);
  }
  return times;
}

function rowsOf(when: string, times: ReadonlyMap<string, readonly number[]>): Row[] {
  return [...times].flatMap(([path, measured]) => {
    const sorted = measured.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    const subject = `${path.replace('bench', ':shop')}, ${when}`;
    return [
      { subject, metric: 'answers', value: sorted.length, unit: '1' as const },
      ...([['p50', 0.5], ['p99', 0.99], ['worst', 1]] as const).map(([metric, share]): Row => ({ subject, metric, value: at(share), unit: 'ms' })),
    ];
  });
}
