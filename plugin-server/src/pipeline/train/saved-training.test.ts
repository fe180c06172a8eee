import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { alignState, loadTraining, saveTraining, type Standing } from './saved-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-saved-'));
test.after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'shop.state');

const PER_ITEM: ReadonlySet<string> = new Set(['table']);
const values = (first: number) => new Map([['table', Float32Array.of(first, first + 1, 10, 11, 20, 21)], ['project', Float32Array.of(7, 8)]]);
const standing: Standing = {
  split: { validationFrom: 5, testFrom: 9 }, itemIds: ['a', 'b', 'c'],
  state: {
    epoch: 2, step: 3, lossSum: 4.5, secondsElapsed: 6, history: [], worse: 1, values: values(0),
    memory: new Map([['steps', Float32Array.of(12)], ['first:table', Float32Array.of(1, 1, 2, 2, 3, 3)], ['second:project', Float32Array.of(5, 5)]]),
    best: { value: 0.25, values: values(-2) },
  },
};

function load(settings: string, now: number) {
  const notes: string[] = [];
  return { loaded: loadTraining(path, { settings, now, note: (line) => notes.push(line) }), notes };
}

test('a training is loaded as it was saved, and only for the same settings on the same day', () => {
  saveTraining(path, standing, { settings: 'seed 1', now: 1000 });
  const { loaded, notes } = load('seed 1', 2000);
  assert.deepEqual(loaded, standing);
  assert.deepEqual(notes, ['Going on with the training that was stopped in epoch 3, step 3.']);
  for (const [settings, now, reason] of [['seed 2', 2000, /other settings/], ['seed 1', 1000 + 86_400_000, /more than a day ago/]] as const) {
    const other = load(settings, now);
    assert.equal(other.loaded, undefined);
    assert.match(other.notes.join('|'), reason);
  }
});

test('a damaged file is said in one line and not used; without one nothing is said', () => {
  writeFileSync(path, 'vitrine-state-1\nand then nothing');
  const damaged = load('seed 1', 2000);
  assert.equal(damaged.loaded, undefined);
  assert.deepEqual(damaged.notes, ['The checkpoint of an earlier training is damaged and is not used; training starts anew.']);
  rmSync(path);
  assert.deepEqual(load('seed 1', 2000), { loaded: undefined, notes: [] });
});

test('rows follow their item when the shop has changed; a new item starts at the beginning', () => {
  const start = new Map([['table', { shape: [4, 2], data: Float32Array.of(90, 91, 92, 93, 94, 95, 96, 97) }], ['project', { shape: [2], data: new Float32Array(2) }]]);
  const aligned = alignState(standing, ['c', 'new', 'a', 'b'], start, PER_ITEM)!;
  assert.deepEqual([...aligned.values.get('table')!], [20, 21, 92, 93, 0, 1, 10, 11]);
  assert.deepEqual([...aligned.best!.values.get('table')!], [20, 21, 92, 93, -2, -1, 10, 11]);
  assert.deepEqual([...aligned.memory.get('first:table')!], [3, 3, 0, 0, 1, 1, 2, 2]);
  assert.deepEqual([...aligned.memory.get('second:project')!], [5, 5]);
  assert.deepEqual([...aligned.values.get('project')!], [7, 8]);
  assert.deepEqual([aligned.epoch, aligned.step, aligned.best!.value], [2, 3, 0.25]);
});

test('a state of a model of another form is not used', () => {
  const start = new Map([['table', { shape: [3, 4], data: new Float32Array(12) }], ['project', { shape: [2], data: new Float32Array(2) }]]);
  assert.equal(alignState(standing, ['a', 'b', 'c'], start, PER_ITEM), undefined);
});
