import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserMissing } from '../browser.ts';
import { dataMissing } from '../quality/data-folder.ts';
import { FILE } from './import.ts';
import type { Row } from './row.ts';

// Each measurement runs, and says what it measured in the form that machines read. The figures mean nothing here.

function npmRun(script: 'bench' | 'quality', ...args: string[]): { status: number | null; last: string; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL(`../${script}/run.ts`, import.meta.url)), ...args], { encoding: 'utf8' });
  return { status, last: stdout.trimEnd().split('\n').at(-1)!, said: stderr.trimEnd() };
}

const NAMES = [
  { name: 'size', skip: false, expected: ['loader (vitrine.js) brotli B', 'WebGL engine raw B'] },
  { name: 'import', skip: dataMissing(FILE), expected: ['online-retail, first import rate rows/s', 'online-retail, first import peak memory B', 'online-retail, imported again time s'] },
  { name: 'engine', skip: browserMissing(), expected: ['cold: naive tfjs WebGL ÷ our WebGL, 1,000 items ratio ×', 'lost context WebGL answers again after ms', '20 calls Worker heap more than before B'] },
  { name: 'answering', skip: false, expected: ['/healthz, while training p99 ms', '/v1/shops/:shop/release, while training worst ms'] },
  { name: 'growth', skip: false, expected: ['3,000 events, 200 items one epoch s', '3,000 events, 200 items peak memory B'] },
  { name: 'artifact', skip: dataMissing('diginetica/train-sessions.txt.gz'), expected: [/^chosen by the rule, \d+ companions artifact, brotli B$/] },
  { name: 'shards', skip: false, expected: ['the base alone fetched, brotli B'] },
  { name: 'longtask', skip: browserMissing(), expected: ['product page, with the plugin long tasks a visit 1'] },
  { name: 'start', skip: browserMissing(), expected: ['train time s', 'total time s', 'server, shop and training peak memory B', 'first page: artifact transferred B'] },
];
for (const { name, skip, expected } of NAMES) {
  test(`npm run bench -- ${name}`, { skip, timeout: 180_000 }, () => {
    const { status, last, said } = npmRun('bench', name, '--smoke', '--json');
    assert.equal(status, 0, said.split('\n').at(-1));
    const { setting, ...result } = JSON.parse(last) as { name: string; machine: string; setting?: { browser?: string }; rows: Row[] };
    assert.deepEqual([Object.keys(result), result.name], [['name', 'machine', 'rows'], name]);
    if (setting?.browser) assert.match(setting.browser, /^Chromium \d+\./);
    assert.match(result.machine, /^\d+ × .+, \d+ GB, Node \d+\./);
    for (const row of result.rows) {
      assert.deepEqual(Object.keys(row), ['subject', 'metric', 'value', 'unit']);
      assert.ok(Number.isFinite(row.value) && row.value >= 0, JSON.stringify(row));
    }
    const measured = result.rows.map(({ subject, metric, unit }) => `${subject} ${metric} ${unit}`);
    assert.equal(new Set(measured).size, measured.length);
    for (const row of expected) assert.ok(measured.some((each) => (typeof row === 'string' ? each === row : row.test(each))), `${row} is not among ${measured.join(', ')}`);
    if (name === 'engine') checkRankings(result.rows);
  });
}

/** Speed is compared between contestants that rank alike; the peers keep the session's vector in float32, which moves a few items. */
function checkRankings(rows: readonly Row[]): void {
  const of = (metric: string, whose: RegExp) => rows.filter((row) => row.metric === metric && whose.test(row.subject)).map(({ value }) => value);
  assert.deepEqual(of('answers equal to the int8 oracle', /^ours/), [1, 1, 1, 1]);
  assert.deepEqual(of('losses with identical top 20 during and after', /./), [1]);
  assert.deepEqual(of('answers equal to the float32 oracle', /^(tfjs|onnx)/), [1, 1, 1, 1]);
  assert.ok(of('items shared with the int8 oracle', /^(tfjs|onnx)/).every((share) => share > 0.9));
}

test('npm run quality -- online-retail', { skip: dataMissing(FILE), timeout: 180_000 }, () => {
  const { status, last, said } = npmRun('quality', 'online-retail', '--smoke', '--json');
  assert.equal(status, 0, said);
  interface Printed { dataset: string; protocol: string; seed: number; cases: number; rows: { model: string; metrics: Record<string, number> }[] }
  const { others, ...first } = JSON.parse(last) as Printed & { others: Printed[] };
  assert.deepEqual([first, ...others].map(({ protocol }) => protocol.split(':')[0]), ['next-basket', 'rest-of-basket']);
  for (const { dataset, seed, cases, rows } of [first, ...others]) {
    assert.equal(seed, 1);
    assert.deepEqual([dataset, rows.map(({ model }) => model), cases > 0], ['online-retail', ['shipped', 'popularity', 'co-purchase', 'item-kNN', 'EASE'], true]);
    for (const { metrics } of rows) for (const metric of ['HR@20', 'NDCG@20', 'MRR@20']) assert.ok(metrics[metric] >= 0 && metrics[metric] <= 1, metric);
  }
});

test('a name that is none is one line and exit code 2', () => {
  for (const script of ['bench', 'quality'] as const) {
    for (const args of [['__proto__'], [], ['--fast']]) {
      const { status, said } = npmRun(script, ...args);
      assert.deepEqual([status, said.split('\n').length], [2, 1], `${script} ${args.join(' ')}: ${said}`);
    }
  }
});
