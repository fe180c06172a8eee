import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createJsScan, decodeArtifact, loadRecommendation, rank } from '@vitrine/sdk/core';
import { main } from '../cli.ts';
import { createRandom } from '../pipeline/dataset/random.ts';
import type { Evaluation } from '../pipeline/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-evaluate-'));
after(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[], signal?: AbortSignal): Promise<{ code: number; out: string[]; notes: string[] }> {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await main(['evaluate', 'recommendation', ...args], {
    terminal: { out: (line) => out.push(line), note: (line) => notes.push(line), clock: Date.now }, signal,
    env: { VITRINE_HOME: join(folder, 'never-made') },
  });
  return { code, out, notes };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

const parsed = ({ out }: { out: string[] }) => JSON.parse(out.at(-1)!) as Evaluation;
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);

// By popularity: a 5, b 3, c 2, d 1, e 1 (as they came).
const training = ['a b', 'a b', 'a b', 'a c', 'a c', 'd e'].join('\n');

test('figures worked out by hand: every position of the test sessions', async () => {
  // Predictions: a → b; d → e; a → (unknown: a miss); a → b, the unknown item left out of what was seen.
  const args = ['--sessions', write('train.txt.gz', training), '--test', write('test.txt', 'a b\nd e\na x b\n'), '--model', 'popularity,session-popularity,item-knn', '--json'];
  const result = await run(args);
  assert.equal(result.code, 0, result.notes.join('\n'));
  assert.equal(result.out.length, 1);
  const { rows, cases, protocol } = parsed(result);
  assert.equal(cases, 4);
  assert.match(protocol, /^next-item: every position of 3 test sessions; all 5 items ranked, items seen may come again; 1 target unknown to training \(a miss for every model\)/);
  assert.deepEqual(rows.map(({ model }) => model), ['popularity', 'session-popularity', 'item-knn']);
  // Popularity and session popularity put b second and e fifth. Item-kNN: b before c after a, e alone after d.
  const expected = { popularity: (1 / 2 + 1 / 5 + 0 + 1 / 2) / 4, 'session-popularity': (1 / 2 + 1 / 5 + 0 + 1 / 2) / 4, 'item-knn': 3 / 4 };
  for (const { model, metrics } of rows) {
    near(metrics['P@20'], 3 / 4);
    near(metrics['HR@10'], 3 / 4);
    near(metrics['MRR@20'], expected[model as keyof typeof expected]);
    assert.equal(metrics.coverage, 1);
    near(metrics['popularity bias'], 1 / 2); // all five items are in every list
  }
  near(rows[0].metrics['NDCG@10'], (2 / Math.log2(3) + 1 / Math.log2(6)) / 4);
  // Three sessions with 1, 1 and 2 predictions and hits 1, 1, 1: residuals 1/4, 1/4, -1/2.
  near(rows[0].errors!['P@20'], Math.sqrt((3 / 2) * (1 / 16 + 1 / 16 + 1 / 4)) / 4);

  const table = await run(args.slice(0, -1));
  assert.match(table.out.join('\n'), /^train\.txt\.gz, next-item: [^]*\n4 predictions, seed 1\n\nModel +P@20 +MRR@20 [^]*\npopularity +0\.7500 ±0\.1875 +0\.3000 ±/);
});

test('figures worked out by hand: the last item of each user, from either form of file', async () => {
  // Before the last item: a 3, b 1, c 1, d 1. From what u saw: a b → c (third of a, b, c, d); v: a d → a (first); w: a → b (second).
  const lines = write('users.txt', 'u a b c\nv a c d a\nw a b\n');
  const actions = write('actions.txt.gz', 'u a\nv a\nw a\nv c\nu b\nu c\nv d\nv a\nw b\n');
  for (const path of [lines, actions]) {
    const { rows, cases, protocol } = parsed(await run(['--sessions', path, '--protocol', 'leave-one-out', '--model', 'popularity', '--json']));
    assert.match(protocol, /^leave-one-out: last item of 3 users; .* all 4 items ranked, items seen may come again; 0 targets/);
    assert.equal(cases, 3);
    near(rows[0].metrics['MRR@20'], (1 / 3 + 1 + 1 / 2) / 3);
  }
  // Without what was seen: c is first of c, d; a cannot be found again; b is first of b, c, d.
  const { rows } = parsed(await run(['--sessions', lines, '--protocol', 'leave-one-out', '--without-seen', '--model', 'popularity', '--json']));
  near(rows[0].metrics['MRR@20'], (1 + 0 + 1) / 3);
});

test('figures worked out by hand: instances, every prefix of a session being one session', async () => {
  const train = write('train.tsv', 'prefix\ttarget\na b\tc\na\tb\nc\ta\n'); // sessions a b c and c a
  const result = await run(['--sessions', train, '--test', write('test.tsv', 'b\tc\nb c\ta\n'), '--protocol', 'instances', '--model', 'popularity', '--json']);
  const { rows, cases } = parsed(result);
  assert.equal(cases, 2);
  near(rows[0].metrics['MRR@20'], (1 / 2 + 1) / 2); // a 2, c 2, b 1; a was met first… and c second
});

test('wrong use and bad files: one line, exit code 2', async () => {
  const train = write('ok.txt', training);
  const bad = write('bad.txt', 'a b\nb,c\n');
  const cases: [string[], number, RegExp][] = [
    [[], 2, /--sessions is missing, e\.g\. --sessions train\.txt/],
    [['--sessions', train], 2, /--test is missing/],
    [['--sessions', train, '--test', train, '--protocol', 'random'], 2, /--protocol must be next-item or leave-one-out or instances, not "random"/],
    [['--sessions', train, '--test', train, '--protocol', 'leave-one-out'], 2, /--test is not for --protocol leave-one-out/],
    [['--sessions', train, '--test', train, '--model', 'popularity,gru'], 2, /--model must be all or some of popularity, .*, not "gru"/],
    [['--sessions', train, '--test', train, '--budget', '20'], 2, /--budget must be a time such as 90s, 20m or 2h, not "20"/],
    [['--sessions', train, '--test', bad, '--model', 'popularity'], 2, /bad\.txt, line 2: ids are separated by spaces/],
    [['--sessions', train, '--test', join(folder, 'absent.txt')], 2, /there is no such file/],
    [['--sessions', train, '--test', write('ones.txt', 'a\nb\n'), '--model', 'popularity'], 1, /There is nothing to predict/],
    [['--sessions', train, '--test', train, '--out', train], 2, /ok\.txt: no folder that can be written to\. Give --out another one\./],
    [['--shop', 'demo', '--sessions', train], 2, /--sessions is for files/],
    [['--shop', 'demo', 'other'], 2, /takes no argument without an option name, got "other"/],
  ];
  for (const [args, code, message] of cases) {
    const result = await run([...args, '--json']);
    assert.deepEqual([result.code, result.out], [code, []], args.join(' '));
    assert.match(result.notes.join('\n'), message);
  }
  const stopped = await run(['--sessions', train, '--test', train], AbortSignal.abort());
  assert.deepEqual([stopped.code, stopped.notes], [130, ['vitrine: Evaluation stopped.']]);
});

test('a budget that is over ends the search for settings where it stands', async () => {
  let now = 0;
  const out: string[] = [];
  const many = write('pairs.txt', Array.from({ length: 200 }, (_, at) => `p${at % 7} p${(at * at) % 5} p${at % 7}`).join('\n'));
  const evaluate = async (budget: string[]) => {
    const code = await main(['evaluate', 'recommendation', '--sessions', many, '--test', many, '--model', 'co-occurrence', '--json', ...budget], {
      terminal: { out: (line) => out.push(line), note: () => {}, clock: () => (now += 1000) }, env: {},
    });
    assert.equal(code, 0);
    return (JSON.parse(out.at(-1)!) as Evaluation).rows[0].settings!;
  };
  const first = { closeness: 1, backward: 0.5, damping: 0.25, decay: 0.7, trust: 1, reminder: 0, fading: 0.9 };
  assert.deepEqual(await evaluate(['--budget', '1s']), first);
  assert.notDeepEqual(await evaluate([]), first, 'these data ask for reminders');
});

test('our model: the figures are those of the artifact that is kept, and float32 is close by', async () => {
  const random = createRandom(5);
  const sessions = (count: number) => Array.from({ length: count }, () => {
    const from = Math.floor(random() * 40);
    return Array.from({ length: 2 + Math.floor(random() * 4) }, (_, step) => `p${(from + step * (random() < 0.8 ? 1 : 7)) % 40}`).join(' ');
  });
  const test = sessions(40);
  const args = [
    '--sessions', write('many.txt', sessions(400).join('\n')), '--test', write('few.txt', test.join('\n')),
    '--model', 'float32,held-back,shipped,ncf,popularity', '--epochs', '3', '--out', join(folder, 'kept'), '--device', 'cpu', '--json',
  ];
  const result = await run(args);
  assert.equal(result.code, 0, result.notes.join('\n'));
  const evaluation = parsed(result);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'kept', 'evaluation.json'), 'utf8')), evaluation);
  assert.deepEqual(evaluation.rows.map(({ model }) => model), ['popularity', 'ncf', 'float32', 'held-back', 'shipped'], 'in the order of the table');

  const file = readFileSync(join(folder, 'kept', 'model.vtrn'));
  const model = loadRecommendation(decodeArtifact(new Uint8Array(file)));
  const scan = createJsScan(model);
  let sum = 0;
  let count = 0;
  for (const session of test.map((line) => line.split(' '))) {
    for (let at = 1; at < session.length; at++, count++) {
      const ranked = await rank(model, scan, { session: session.slice(0, at).map((id) => ({ id, kind: 'view' })), goal: 'view', limit: 20 });
      const place = ranked.findIndex(({ id }) => id === session[at]);
      if (place >= 0) sum += 1 / (place + 1);
    }
  }
  const [popular, ncf, float, heldBack, shipped] = evaluation.rows.map(({ metrics }) => metrics['MRR@20']);
  near(shipped, sum / count);
  assert.equal(evaluation.cases, count);
  assert.equal(evaluation.rows[4].bytes, file.length);
  assert.ok(heldBack > 2 * popular, `held back ${heldBack}, popularity ${popular}`);
  assert.ok(Math.abs(float - shipped) < 0.02, `float32 ${float}, shipped ${shipped}`);
  assert.ok(shipped > 2 * popular, `shipped ${shipped}, popularity ${popular}`);
  assert.ok(ncf > popular, `NCF ${ncf}, popularity ${popular}`);
});
