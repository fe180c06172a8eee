import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { readSources } from './source-files.ts';

// The house rules that a machine can check. CONTRIBUTING.md says them in words.

const texts = readSources(/\.(ts|mjs|js|json|md|css|html|sql|toml|liquid|yml|sh)$|(^|\/)(run|LICENSE|\.npmrc|\.gitignore)$/);
const sources = new Map([...texts].filter(([path]) => /\.(ts|mjs|js|css|html|sql|liquid)$/.test(path)));

/** Lines of a text, as "path:line: text", that match. */
const linesWith = (pattern: RegExp, files: ReadonlyMap<string, string>): string[] =>
  [...files].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])));

/** A folder of somebody's machine at the beginning of a path. Written in parts, so that this file passes its own check. */
const MACHINE_PATH = new RegExp(`(?<![\\w.~}/:-])/(${['work', 'home', 'Users', 'root', 'tmp', 'mnt'].join('|')})/[\\w.]|\\b[A-Z]:\\\\\\\\?Users`);
const REGISTRY = new RegExp(['registry', '\\.(npmjs|yarnpkg|npmmirror)|npm\\.pkg\\.', 'github|', 'arti', 'factory|', 'jf', 'rog\\.io|', 'pypi', '\\.org'].join(''), 'i');

test('no file names a path of a machine', () => {
  assert.deepEqual(linesWith(MACHINE_PATH, texts), []);
  assert.ok(MACHINE_PATH.test(`read('${'/ho'}me/jane/orders.csv')`));
  assert.ok(!MACHINE_PATH.test('plugin-server/src/home/a.ts and https://shop.example/home/new'));
});

test('no file names a package registry, and the lock file holds no download address', () => {
  assert.deepEqual(linesWith(REGISTRY, texts), []);
  assert.deepEqual(linesWith(/"resolved":\s*"[a-z+]+:/, new Map([['package-lock.json', texts.get('package-lock.json')!]])), []);
  assert.ok(REGISTRY.test(`https://registry${'.npmjs'}.org/tslib`));
});

test('no source is longer than 400 lines', () => {
  const long = [...sources].filter(([path, text]) => text.split('\n').length > 401 && !path.startsWith('test/shop/schema/'));
  assert.deepEqual(long.map(([path, text]) => `${path}: ${text.split('\n').length - 1} lines`), []);
});

test('a file is named after what it holds', () => {
  const vague = [...sources.keys()].filter((path) => /^(utils?|helpers?|managers?|common|misc)\./i.test(posix.basename(path)));
  assert.deepEqual(vague, []);
});

test('Node can run every source as it is: only syntax that erases', () => {
  const typescript = new Map([...sources].filter(([path]) => path.endsWith('.ts') && !path.endsWith('.d.ts')));
  assert.deepEqual(linesWith(/^\s*(export\s+)?(declare\s+)?(const\s+)?(enum|namespace)\s+\w+\s*\{/, typescript), []);
  assert.deepEqual(linesWith(/^\s*(import|export)\b.*\bfrom\s+'\.[^']*(?<!\.ts|\.js|\.mjs|\.json)';/, typescript), [], 'relative imports name the file with its extension');
});

test('no line of work is left as a note', () => {
  const notes = new RegExp(`\\b(${['TO', 'FIX'].map((word, index) => word + ['DO', 'ME'][index]).join('|')}|X{3})\\b`);
  assert.deepEqual(linesWith(notes, sources), []);
});
