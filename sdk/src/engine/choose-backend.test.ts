import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJsScorer } from '../core/models/recommendation/js-scorer.ts';
import { chooseBackend, type ChooseOptions } from './choose-backend.ts';
import type { BackendState } from './protocol.ts';
import type { Scorer } from '../core/models/recommendation/types.ts';
import { isSoftware } from './probe-renderer.ts';

const config = { items: 5, dim: 4, maxLength: 10, scale: 1, goals: 3, neighbours: 0 };
const model = { config, table: Int8Array.from({ length: 20 }, (_, at) => at * 7 - 60) };
const js = createJsScorer(model);
const query = Int8Array.from([1, -2, 3, 4]);

/** A GPU that computes like JavaScript, in so many milliseconds of the test's clock. */
function gpu(clock: { at: number }, milliseconds: number, change: Partial<Scorer> = {}): Scorer {
  return { name: 'webgl', dispose() {}, score: (input) => { clock.at += milliseconds; return js.score(input); }, ...change };
}

async function settle(options: Partial<ChooseOptions> & { scorer?: (clock: { at: number }) => Scorer; jsMilliseconds?: number }) {
  const clock = { at: 0 };
  const states: BackendState[] = [];
  const { scorer = (clock) => gpu(clock, 1), jsMilliseconds = 5, ...rest } = options;
  const backend = chooseBackend(model, {
    choice: 'auto', probe: () => null, now: () => clock.at, onChange: (state) => states.push(state),
    js: { ...js, score: (input) => { clock.at += jsMilliseconds; return js.score(input); } },
    openWebgl: async () => scorer(clock), ...rest,
  });
  const first = await backend.score(query);
  await backend.settled;
  return { backend, states, first };
}

test('JavaScript answers first, then the faster one', async () => {
  const { backend, first } = await settle({});
  assert.equal(first.backend, 'js');
  const then = await backend.score(query);
  assert.equal(then.backend, 'webgl');
  assert.deepEqual([...then.dots as Int32Array], [...first.dots as Int32Array]);
  const { backend: slow } = await settle({ scorer: (clock) => gpu(clock, 9) });
  assert.deepEqual(slow.state, { backend: 'js', reason: 'JavaScript is faster on this device' });
});

test('a GPU that is off by one in one place may not answer, not even when it was asked for', async () => {
  for (const choice of ['auto', 'webgl'] as const) {
    const { backend } = await settle({
      choice,
      scorer: (clock) => gpu(clock, 1, { score: (input) => Float32Array.from(js.score(input) as Int32Array, (dot, row) => (row === 4 ? dot + 1 : dot)) }),
    });
    assert.deepEqual(backend.state, { backend: 'js', reason: 'WebGL computes wrong numbers on this device' });
  }
});

test('what the probe objects to is not opened under auto; asked for, it answers, slow or not', async () => {
  const probe = () => 'the GPU is emulated on the CPU';
  const { backend } = await settle({ probe, openWebgl: () => assert.fail('must not be opened') });
  assert.deepEqual(backend.state, { backend: 'js', reason: 'the GPU is emulated on the CPU' });
  assert.equal((await settle({ probe, choice: 'webgl', scorer: (clock) => gpu(clock, 9) })).backend.state.backend, 'webgl');
});

test('names of rasterisers that run on the CPU', () => {
  for (const name of ['ANGLE (Google, Vulkan 1.3 (SwiftShader Device))', 'llvmpipe (LLVM 15)', 'Microsoft Basic Render Driver']) assert.ok(isSoftware(name));
  for (const name of ['', 'Apple GPU', 'ANGLE (Intel, Mesa Intel(R) UHD Graphics)', 'Adreno (TM) 650']) assert.ok(!isSoftware(name));
});

test('no WebGL at all, and WebGL not wanted', async () => {
  const { backend } = await settle({ openWebgl: async () => { throw new Error('no WebGL 2'); } });
  assert.deepEqual(backend.state, { backend: 'js', reason: 'no WebGL 2' });
  await settle({ choice: 'js', openWebgl: () => assert.fail('must not be opened') });
});

test('a lost context falls back within the call and is rebuilt, twice at most', async () => {
  let opened = 0;
  const { backend } = await settle({
    choice: 'webgl',
    scorer: (clock) => {
      let calls = 0;
      opened++;
      return gpu(clock, 1, { score: (input) => { if (++calls > 5) throw new Error('lost'); return js.score(input); } });
    },
  });
  const answers = new Set<string>();
  for (let call = 0; call < 40; call++) {
    const { dots, backend: by } = await backend.score(query);
    assert.deepEqual([...dots as Int32Array], [...js.score(query) as Int32Array]);
    answers.add(by);
    await new Promise(setImmediate);
  }
  assert.deepEqual(answers, new Set(['webgl', 'js']));
  assert.equal(opened, 3);
  assert.equal(backend.state.backend, 'js');
});
