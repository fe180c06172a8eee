import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { requestTraining } from '../../plugin-server/src/services/request-training.ts';
import { trainShop } from '../../plugin-server/src/services/train-shop.ts';
import { findArtifact } from '../../plugin-server/src/store/artifacts.ts';
import { findRun } from '../../plugin-server/src/store/runs.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';

const home = mkdtempSync(join(tmpdir(), 'vitrine-resume-'));
test.after(() => rmSync(home, { recursive: true, force: true }));
const env = { ...process.env, VITRINE_HOME: home, VITRINE_DEVICE: 'cpu', DATABASE_URL: '' };
const state = join(home, 'training', 'shop.state');

/** Visits of the made-up shop as lines of orders. */
function orders(): string {
  const { item, group, actor, time } = madeUpInteractions({ events: 12_000, items: 400 });
  const lines = Array.from(item, (row, i) =>
    `${group[i] + 1},p${row},Product ${row},1,${new Date(time[i] * 1000).toISOString().slice(0, 19).replace('T', ' ')},2.50,${actor[i] + 1}`);
  return ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID', ...lines].join('\n');
}

interface Line { readonly message: string; readonly note?: string; readonly job?: string; readonly reason?: string }

/** Starts the worker; `lines` grows with what it logs. */
function start(): { readonly child: ChildProcess; readonly lines: Line[] } {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./training-process.ts', import.meta.url))], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  createInterface({ input: child.stdout! }).on('line', (text) => lines.push(JSON.parse(text) as Line));
  return { child, lines };
}

async function until(met: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !met(); waited += 50) {
    assert.ok(waited < 120_000, `${what} did not happen`);
    await wait(50);
  }
}

test('a worker killed twice in the middle of a training goes on and ends with the model of an undisturbed one', async (t) => {
  let ctx = await createContext(readConfig(env), { log: silentLog });
  writeFileSync(join(home, 'orders.csv'), orders());
  await importFile(ctx, { path: join(home, 'orders.csv'), shop: 'shop', currency: 'EUR' });
  const { runId } = await requestTraining(ctx, { shop: 'shop' });
  await ctx.close();

  const notes: string[] = [];
  for (const kill of [1, 2]) {
    const { child, lines } = start();
    const before = existsSync(state) ? statSync(state).mtimeMs : 0;
    await until(() => existsSync(state) && statSync(state).mtimeMs > before, `checkpoint ${kill}`);
    const moment = Math.random() * 1000;
    await wait(moment);
    assert.equal(child.exitCode, null, lines.map((line) => line.reason ?? line.note ?? line.message).join(' | '));
    child.kill('SIGKILL');
    await once(child, 'exit');
    t.diagnostic(`killed ${Math.round(moment)} ms after its first checkpoint`);
    notes.push(...lines.flatMap(({ note }) => note ?? []));
  }
  const { child, lines } = start();
  await until(() => lines.some(({ message, job }) => /^job (done|failed|ended)$/.test(message) && job === 'train'), 'the end of the training');
  child.kill('SIGTERM');
  await once(child, 'exit');
  notes.push(...lines.flatMap(({ note }) => note ?? []));
  assert.deepEqual(lines.filter(({ message }) => message === 'job failed'), []);
  assert.equal(notes.filter((note) => note.startsWith('Going on with the training')).length, 2, notes.join(' | '));
  assert.deepEqual(readdirSync(join(home, 'training')), [], 'the checkpoint is removed at the end');

  ctx = await createContext(readConfig(env), { log: silentLog });
  try {
    const run = (await findRun(ctx.db, 'shop', runId))!;
    assert.equal(run.status, 'done', JSON.stringify(run.result));
    assert.deepEqual(run.history.map(({ epoch }) => epoch), run.history.map((_, i) => i + 1), 'each epoch once');
    const undisturbed = await trainShop(ctx, { shop: 'shop', epochs: 6 });
    const metrics = (rows: readonly { model: string; metrics: object }[]) => rows.find(({ model }) => model === 'shipped')!.metrics;
    const resumed = (await findArtifact(ctx.db, 'shop', run.result!.artifact!))!.evaluations;
    assert.deepEqual(resumed.map(({ rows }) => metrics(rows)), undisturbed.evaluations.map(({ rows }) => metrics(rows)));
  } finally {
    await ctx.close();
  }
});
