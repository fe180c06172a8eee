import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { main } from '../cli.ts';
import { createRandom } from '../pipeline/dataset/random.ts';
import type { TableEvaluation } from '../pipeline/evaluate/tabular/evaluate-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-intent-'));
after(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<{ code: number; out: string[]; notes: string[] }> {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await main(['evaluate', 'intent', ...args], {
    terminal: { out: (line) => out.push(line), note: (line) => notes.push(line), clock: () => 0 }, env: { VITRINE_HOME: join(folder, 'never-made') },
  });
  return { code, out, notes };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

const random = createRandom(1);
const visits = ['visit;day;pages;source;browser;country;sold', ...Array.from({ length: 240 }, (_, at) => {
  const pages = Math.floor(random() * 20);
  const source = ['ads', 'mail', ''][Math.floor(random() * 3)];
  const sold = random() < 1 / (1 + Math.exp(2 - pages / 4 - (source === 'mail' ? 1 : 0)));
  return `v${at};2024-0${1 + Math.floor(at / 60)}-${10 + (at % 17)};${pages};${source};${1 + Math.floor(random() * 4)};DE;${sold ? 'yes' : 'no'}`;
})].join('\n');

test('stratified folds on a gzip file: columns are recognised, models stand beside each other, the same each time', async () => {
  const file = write('visits.csv.gz', visits);
  const args = ['--file', file, '--label', 'sold', '--drop', 'day', '--folds', '2', '--json'];
  const { code, out, notes } = await run(...args);
  assert.equal(code, 0, notes.join('\n'));
  for (const line of [/^visits.csv.gz: 240 rows, \d+ of them yes/, /^numbers: pages$/, /^whole-number codes: browser$/, /^words: source \(\d+ missing\)$/, /^visit is left out: .*id$/, /^country is left out: .*one value/]) {
    assert.ok(notes.some((note) => line.test(note)), `${line} in\n${notes.join('\n')}`);
  }
  const { models, columns } = JSON.parse(out.at(-1)!) as TableEvaluation;
  assert.equal(columns, 3);
  assert.deepEqual(models.map(({ model }) => model), ['majority', 'logistic regression', 'ensemble', 'shipped']);
  assert.equal(models[0].metrics['ROC-AUC'], 0.5);
  for (const { model, metrics } of models.slice(1)) assert.ok(metrics['ROC-AUC'] > 0.6, `${model}: ${metrics['ROC-AUC']}`);
  assert.ok(models[3].bytes! < 20_000);
  assert.deepEqual(JSON.parse((await run(...args)).out.at(-1)!), JSON.parse(out.at(-1)!));
});

test('by time, as a table', async () => {
  const { code, out } = await run('--file', write('visits.csv', visits), '--label', 'sold', '--time', 'day', '--folds', '2');
  assert.equal(code, 0);
  assert.match(out.join('\n'), /2 folds by time[^]*ROC-AUC +PR-AUC +log loss +Brier +ECE[^]*shipped +0\.\d{4} ±0\.\d{4}/);
});

test('bad input is one clear line and exit code 2', async () => {
  const file = write('bad.csv', 'a,b,label\n1,2,yes\n2,3,no\n3,1,maybe\n');
  const cases: [RegExp, readonly string[]][] = [
    [/no such file/, ['--file', join(folder, 'none.csv'), '--label', 'a']],
    [/--label is missing/, ['--file', file]],
    [/no column "z" \(--label\)/, ['--file', file, '--label', 'z']],
    [/no column "z" \(--drop\)/, ['--file', file, '--label', 'a', '--drop', 'z']],
    [/"label" has more than two values/, ['--file', file, '--label', 'label']],
    [/no value in "label"/, ['--file', write('gap.csv', 'a,label\n1,yes\n2,\n'), '--label', 'label']],
    [/only "yes"/, ['--file', write('same.csv', 'a,label\n1,yes\n2,yes\n'), '--label', 'label']],
    [/none: there are no rows/, ['--file', write('empty.csv', 'a,label\n'), '--label', 'label']],
    [/no column is left/, ['--file', write('alone.csv', 'a,label\n1,yes\n1,no\n'), '--label', 'label']],
    [/two columns are called "a"/, ['--file', write('twice.csv', 'a,a,label\n1,2,yes\n'), '--label', 'label']],
    [/no time in "a"/, ['--file', write('time.csv', 'a,b,label\nsoon,1,yes\nlate,2,no\n'), '--label', 'label', '--time', 'a']],
    [/--folds must be a whole number/, ['--file', file, '--label', 'a', '--folds', '1']],
    [/--budget is not for intent/, ['--file', file, '--label', 'a', '--budget', '3s']],
  ];
  for (const [message, args] of cases) {
    const { code, notes } = await run(...args);
    assert.equal(code, 2, String(message));
    assert.match(notes.at(-1)!, message);
    assert.ok(!notes.at(-1)!.includes('\n'));
  }
  const few = await run('--file', write('few.csv', 'a,label\n1,yes\n2,no\n3,yes\n4,no\n'), '--label', 'label');
  assert.deepEqual([few.code, /takes 20/.test(few.notes.at(-1)!)], [1, true]);
});
