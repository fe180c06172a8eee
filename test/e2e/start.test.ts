import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Evaluation } from '../../plugin-server/src/pipeline/types.ts';
import { browserMissing } from '../browser.ts';
import { SMALL } from '../demo/small.ts';

// What `npm start` runs, as a process of its own: its exit code, its last line, and what it leaves behind.

const START = fileURLToPath(new URL('../demo/start.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  /** Lines on standard output, and on standard error. */
  readonly out: string[];
  readonly said: string[];
  /** What is left in its folder for temporary files. */
  readonly left: string[];
}

/** @param onLine sees each line on standard error, and may send a signal */
async function start(t: TestContext, args: readonly string[], onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-start-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [START, ...args], { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    for (const line of text.split('\n')) onLine(line, (signal) => child.kill(signal));
  });
  const [code] = await once(child, 'close') as [number | null];
  const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
  return { code, out: lines(out), said: lines(said), left: readdirSync(folder).filter((name) => name.startsWith('vitrine-')) };
}

test('--once --json: one JSON object as the last line, exit code 0, nothing left behind', { skip: browserMissing(), timeout: 240_000 }, async (t) => {
  const { code, out, said, left } = await start(t, ['--once', '--json', ...SMALL]);
  assert.equal(code, 0, said.at(-1));
  const summary = JSON.parse(out.at(-1)!) as {
    orders: number; products: number; events: number; seconds: Record<string, number>; evaluations: Evaluation[]; published: number;
    artifactBytes: number; browser: { backend: string; engine: string; bytes: Record<string, number> }; items: string[];
  };
  assert.equal(out.length, 1);
  assert.ok(summary.orders > 2_900 && summary.products > 0 && summary.events > 0);
  assert.deepEqual([summary.published, summary.items.length, summary.browser.engine], [1, 8, 'worker']);
  assert.ok(summary.artifactBytes > 0 && summary.browser.bytes.artifact < summary.artifactBytes, 'compressed on its way');
  for (const stage of ['server', 'install', 'import', 'train', 'total']) assert.ok(summary.seconds[stage] > 0, stage);
  for (const { rows } of summary.evaluations) assert.deepEqual(rows.map(({ model }) => model), ['shipped', 'popularity', 'co-purchase']);
  assert.deepEqual(said.filter((line) => line.startsWith('{')), [], 'the server\'s log stays out of it');
  assert.deepEqual(left, []);
});

test('a failure ends in one line and exit code 1, with everything closed', { timeout: 120_000 }, async (t) => {
  if (browserMissing()) return t.skip('--once needs a browser');
  const { code, out, said, left } = await start(t, ['--once', '--json', '--products', '5', '--orders', '20']);
  assert.deepEqual([code, out, left], [1, [], []]);
  assert.match(said.at(-1)!, /^Not enough to train on: /);
  assert.equal(said.filter((line) => /Not enough/.test(line)).length, 1);
});

test('Ctrl-C while it imports or trains ends it with 130', { timeout: 120_000 }, async (t) => {
  if (browserMissing()) return t.skip('--once needs a browser');
  let sent = false;
  const { code, out, said, left } = await start(t, ['--once', '--json', '--products', '200', '--orders', '3000'], (line, kill) => {
    if (sent || !line.startsWith('Imported')) return;
    sent = true;
    kill('SIGINT');
  });
  assert.deepEqual([code, out, left, said.at(-1)], [130, [], [], 'Stopped.']);
});

test('wrong use is one line and exit code 2', { timeout: 60_000 }, async (t) => {
  for (const args of [['--products', '0'], ['--orders', 'many'], ['--colour'], ['--seed', '1.5']]) {
    const { code, out, said } = await start(t, args);
    assert.deepEqual([code, out, said.length], [2, [], 1], `${args.join(' ')}: ${said.join(' / ')}`);
  }
});
