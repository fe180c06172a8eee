import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJsScan } from '../core/models/recommendation/js-scan.ts';
import type { BlockScan } from '../core/models/recommendation/types.ts';
import { chooseBackend, type ChooseOptions } from './choose-backend.ts';
import { examine } from './examine.ts';
import { isSoftware } from './probe-renderer.ts';
import type { BackendState } from './protocol.ts';

const DIM = 4;
const config = { items: 50, dim: DIM, maxLength: 10, scale: 1, goals: 3, neighbours: 0 };
const table = Int8Array.from({ length: 50 * DIM }, (_, at) => (at * 37) % 127);
const js = createJsScan({ config, table, params: new Map([['item_bias', new Float32Array(50)]]) });

interface Clock {
  at: number;
}

/** A scan with JavaScript's results, in so many milliseconds of the test's clock. */
const timed = (clock: Clock, milliseconds: number, change: Partial<BlockScan> = {}): BlockScan =>
  ({ name: 'webgl', dispose() {}, scan: (...input) => { clock.at += milliseconds; return js.scan(...input); }, ...change });

async function settle(options: Partial<ChooseOptions> & { webgl?: (clock: Clock) => BlockScan; cpuMilliseconds?: number }) {
  const clock = { at: 0 };
  const states: BackendState[] = [];
  const { webgl = () => timed(clock, 1), cpuMilliseconds = 5, choice = 'auto', ...rest } = options;
  const cpu = timed(clock, cpuMilliseconds, { name: 'wasm' });
  const now = () => clock.at;
  const openWebgl = async () => {
    const scan = webgl(clock);
    examine(scan, cpu, DIM, choice, now);
    return scan;
  };
  const backend = chooseBackend({ choice, cpu, dim: DIM, now, openWebgl, onChange: (state) => states.push(state), ...rest });
  const first = backend.scan.name;
  await backend.settled;
  return { backend, states, first, cpu };
}

test('the CPU answers first, then the faster one', async () => {
  const { backend, first } = await settle({});
  assert.equal(first, 'wasm');
  assert.deepEqual(backend.state, { backend: 'webgl', reason: 'faster on this device' });
  const { backend: slow } = await settle({ webgl: (clock) => timed(clock, 9) });
  assert.deepEqual(slow.state, { backend: 'wasm', reason: 'the CPU is faster on this device' });
});

test('WebGL is not fetched where the CPU takes less than a millisecond, nor where it is not wanted', async () => {
  const openWebgl = () => assert.fail('must not be opened');
  const { backend } = await settle({ cpuMilliseconds: 0.9, openWebgl });
  assert.deepEqual(backend.state, { backend: 'wasm', reason: 'the CPU takes less than a millisecond' });
  assert.deepEqual((await settle({ choice: 'wasm', openWebgl })).backend.state, { backend: 'wasm', reason: 'chosen' });
  const { backend: forced } = await settle({ choice: 'webgl', cpuMilliseconds: 0.9, webgl: (clock) => timed(clock, 9) });
  assert.deepEqual(forced.state, { backend: 'webgl', reason: 'chosen' }, 'asked for, it answers, slow or not');
});

test('a GPU that is off by one in one place may not answer, not even when it was asked for', async () => {
  for (const choice of ['auto', 'webgl'] as const) {
    const wrong = (clock: Clock) => timed(clock, 1, {
      scan: (...input) => {
        const { maxima, slack } = js.scan(...input);
        maxima[2] += 1;
        return { maxima, slack };
      },
    });
    const { backend } = await settle({ choice, webgl: wrong });
    assert.deepEqual(backend.state, { backend: 'wasm', reason: 'WebGL computes wrong numbers on this device' });
  }
});

test('names of rasterisers that run on the CPU', () => {
  for (const name of ['ANGLE (Google, Vulkan 1.3 (SwiftShader Device))', 'llvmpipe (LLVM 15)', 'Microsoft Basic Render Driver']) assert.ok(isSoftware(name));
  for (const name of ['', 'Apple GPU', 'ANGLE (Intel, Mesa Intel(R) UHD Graphics)', 'Adreno (TM) 650']) assert.ok(!isSoftware(name));
});

test('no WebGL at all', async () => {
  const { backend } = await settle({ openWebgl: async () => { throw new Error('no WebGL 2'); } });
  assert.deepEqual(backend.state, { backend: 'wasm', reason: 'no WebGL 2' });
});

test('a lost context falls back within the answer and is rebuilt, twice at most', async () => {
  let opened = 0;
  const { backend, cpu } = await settle({ choice: 'webgl', webgl: (clock) => (opened++, timed(clock, 1)) });
  for (const again of ['webgl', 'webgl', 'wasm']) {
    const lost = backend.scan;
    assert.equal(lost.name, 'webgl');
    assert.equal(backend.giveUp(lost, 'lost'), true);
    assert.equal(backend.scan, cpu);
    assert.equal(backend.giveUp(lost, 'lost'), true, 'an answer that was on its way may try again too');
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(backend.scan.name, again);
  }
  assert.equal(opened, 3);
  assert.equal(backend.giveUp(cpu, 'a bug'), false, 'nothing stands behind the CPU');
});

test('a backend that comes up after the end is let go, and none is opened then', async () => {
  let disposed = 0;
  let opened = (_: BlockScan) => {};
  const opening = Promise.withResolvers<void>();
  const openWebgl = () => {
    opening.resolve();
    return new Promise<BlockScan>((resolve) => (opened = resolve));
  };
  const backend = chooseBackend({ choice: 'webgl', cpu: js, dim: DIM, now: () => 0, openWebgl });
  await opening.promise;
  backend.dispose();
  opened(timed({ at: 0 }, 1, { dispose: () => void disposed++ }));
  await backend.settled;
  assert.equal(disposed, 1);
  assert.equal(backend.scan, js);
  const other = chooseBackend({ choice: 'webgl', cpu: js, dim: DIM, now: () => 0, openWebgl: () => assert.fail('must not be opened') });
  other.dispose();
  await other.settled;
});
