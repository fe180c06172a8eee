import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { main } from './cli.ts';
import { formatReport } from './cli/import.ts';
import { count, duration, formatTable, bytes } from './cli/table.ts';
import type { Terminal } from './cli/terminal.ts';
import { progressLine } from './cli/terminal.ts';

const home = mkdtempSync(join(tmpdir(), 'vitrine-cli-'));
after(() => rmSync(home, { recursive: true }));

async function run(args: readonly string[], signal?: AbortSignal): Promise<{ code: number; out: string[]; notes: string[] }> {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = { out: (line) => out.push(line), note: (line) => notes.push(line), clock: Date.now };
  const code = await main(args, { terminal, signal, env: { VITRINE_HOME: join(home, 'data') } });
  return { code, out, notes };
}

const file = join(home, 'orders.csv');
writeFileSync(file, `order,product,title,price,time,customer\n${Array.from({ length: 6 }, (_, at) => `${at},P${at % 2},Mug ${at % 2},2.50,2024-03-0${at + 1},k${at}`).join('\n')}\n`);

test('wrong use is one line on standard error with a hint, and exit code 2', async () => {
  const cases: [string[], RegExp][] = [
    [['fly'], /^vitrine: there is no command "fly"\. Commands: import, train, .* See: vitrine help$/],
    [['__proto__'], /there is no command "__proto__"/],
    [['help', 'fly'], /there is no command "fly"/],
    [['import'], /vitrine import needs FILE\. See: vitrine help import/],
    [['import', file, 'other', '--shop', 'a'], /needs FILE, got "other"/],
    [['import', file], /--shop is missing, e\.g\. --shop my-shop/],
    [['import', file, '--shop'], /See: vitrine help import/],
    [['import', file, '--shop', 'a', '--colour', 'red'], /Unknown option '--colour'\. See: vitrine help import/],
    [['import', file, '--shop', 'a', '--kind', 'recipes'], /--kind must be orders or order-lines or products or events, not "recipes"/],
    [['import', file, '--shop', 'a', '--dates', 'ymd'], /--dates must be dmy or mdy/],
    [['import', file, '--shop', 'a', '--currency', 'pounds'], /--currency must be a currency code such as GBP/],
    [['import', file, '--shop', 'a', '--map', 'product'], /--map: "product" is not role=column/],
    [['train', '--shop', 'a', '--epochs', '0'], /--epochs must be a whole number from 1 to/],
    [['recommend', '--shop', 'a'], /--items is missing/],
    [['recommend', '--shop', 'a', '--items', ',', '--k', '5'], /--items names no product/],
    [['recommend', '--shop', 'a', '--items', 'x', '--k', '5.5'], /--k must be a whole number/],
    [['status', 'all'], /takes no argument without an option name, got "all"/],
  ];
  for (const [args, message] of cases) {
    const { code, out, notes } = await run(args);
    assert.deepEqual([code, out, notes.length], [2, [], 1], args.join(' '));
    assert.match(notes[0], message);
    assert.ok(!notes[0].includes('\n'), args.join(' '));
  }
});

test('help and version need no database', async () => {
  for (const args of [[], ['help'], ['--help'], ['-h']]) {
    const { code, out } = await run(args);
    assert.equal(code, 0);
    assert.match(out.join('\n'), /vitrine import +Read orders/);
  }
  for (const verb of ['import', 'train', 'evaluate', 'publish', 'rollback', 'recommend', 'status']) {
    assert.match((await run(['help', verb])).out.join('\n'), new RegExp(`^vitrine ${verb} .*--shop NAME[^]*--json`), verb);
    assert.deepEqual(await run([verb, '--help']), await run(['help', verb]));
  }
  assert.deepEqual((await run(['--version'])).out, [(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version]);
});

test('import and status, as a table and as JSON', async () => {
  assert.deepEqual(JSON.parse((await run(['status', '--json'])).out.at(-1)!), { shops: [] });
  const table = await run(['import', file, '--shop', 'demo', '--currency', 'eur']);
  assert.equal(table.code, 0, table.notes.join('\n'));
  assert.match(table.out.join('\n'), /Rows read +6\nRows kept +6 \(100\.0%\)\nOrders +6 new, 0 changed, 0 as before\n[^]*Currency +EUR/);
  const json = await run(['import', file, '--shop', 'demo', '--json']);
  assert.equal(json.out.length, 1);
  const report = JSON.parse(json.out[0]) as Record<string, unknown>;
  assert.deepEqual([report.rows, report.orders, report.currency], [{ read: 6, kept: 6 }, { inserted: 0, updated: 0, unchanged: 6 }, 'EUR']);

  const status = await run(['status', '--shop', 'demo']);
  assert.match(status.out.join('\n'), /Shop +demo \(file, EUR\)\nStored +2 products, 6 orders \(6 lines\), 0 events\n[^]*Live +nothing published/);
  const [shop] = (JSON.parse((await run(['status', '--json'])).out[0]) as { shops: { shop: string; counts: { orders: number } }[] }).shops;
  assert.deepEqual([shop.shop, shop.counts.orders], ['demo', 6]);
});

test('a failure is exit code 1, a bad file 2, a stop 130; each in one line', async () => {
  const bad = join(home, 'bad.csv');
  writeFileSync(bad, 'order;quantity;time\n1;2;2024-01-01\n');
  const cases: [string[], number, RegExp][] = [
    [['status', '--shop', 'nobody'], 1, /There is no shop "nobody"/],
    [['train', '--shop', 'demo'], 1, /Not enough to train on/],
    [['publish', '--shop', 'demo'], 1, /no trained model/],
    [['rollback', '--shop', 'demo'], 1, /no earlier release/],
    [['recommend', '--shop', 'demo', '--items', 'P0'], 1, /Nothing is published/],
    [['import', bad, '--shop', 'demo'], 2, /bad\.csv: found no column for product/],
    [['import', join(home, 'absent.csv'), '--shop', 'demo'], 2, /there is no such file/],
    [['import', file, '--shop', 'Not A Name'], 2, /shop's name/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, out, notes } = await run([...args, '--json']);
    assert.deepEqual([code, out, notes.length], [expected, [], 1], `${args.join(' ')}: ${notes.join(' / ')}`);
    assert.match(notes[0], message);
  }
  const stopped = await run(['import', file, '--shop', 'demo'], AbortSignal.abort());
  assert.deepEqual([stopped.code, stopped.notes], [130, ['vitrine: Import stopped. Nothing of this file was stored.']]);
});

test('serve and work run until they are stopped', async () => {
  for (const [verb, shown] of [['serve', /^\{"url":"http:\/\/127\.0\.0\.1:\d+","dashboards":\[(\{"shop":"[^"]+","url":"http:\/\/127\.0\.0\.1:\d+\/app\?shop=[^"#]+#token=[\w.-]+"\},?)*\]\}$/], ['work', /^\{"working":true\}$/]] as const) {
    const stop = new AbortController();
    const out: string[] = [];
    const terminal: Terminal = { out: (line) => { out.push(line); stop.abort(); }, note: () => {}, clock: Date.now };
    const code = await main([verb, '--json'], { terminal, signal: stop.signal, env: { VITRINE_HOME: join(home, 'data'), PORT: '0' } });
    assert.deepEqual([code, out.length], [0, 1], verb);
    assert.match(out[0], shown);
  }
});

test('tables, counts and times are set for reading', () => {
  assert.equal(formatTable([{ heading: 'Model' }, { heading: 'HR@20', align: 'right' }], [['shipped', '0.5'], ['popular', '0.25']]), 'Model    HR@20\nshipped    0.5\npopular   0.25');
  assert.deepEqual([count(541909), bytes(999), bytes(1_116_655_616), bytes(340_000), duration(2), duration(59.7), duration(185)], ['541,909', '999 B', '1.1 GB', '340 kB', '2.0 s', '1 min 0 s', '3 min 5 s']);
  const text = formatReport({
    shop: 'demo', file: 'a.csv', kind: 'order-lines', dryRun: true, rows: { read: 3, kept: 2 }, dropped: [{ reason: 'duplicate', text: 'exact duplicates', rows: 1, lines: [3] }],
    nonProducts: [{ code: 'POST', title: 'POSTAGE', rows: 1 }], seconds: 1, rowsPerSecond: 3, peakBytes: 1e6,
  });
  assert.match(text, / 1 {2}exact duplicates {2}3\n\nTaken as no products: POST \(1\)\n\nDry run: nothing was stored\.$/);
});

test('progress in a log is a line every five seconds, before a person ten a second', () => {
  let now = 0;
  const lines: string[] = [];
  const terminal: Terminal = { out: () => {}, note: (line) => lines.push(`note ${line}`), clock: () => now };
  const log = progressLine(terminal);
  for (; now <= 11_000; now += 50) log(() => String(now));
  assert.deepEqual(lines, ['note 5000', 'note 10000']);
  lines.length = 0;
  now = 0;
  const screen = progressLine({ ...terminal, redraw: (line) => lines.push(`redraw ${line}`) });
  for (; now <= 200; now += 50) screen(() => String(now));
  assert.deepEqual(lines, ['redraw 0', 'redraw 100', 'redraw 200']);
});
