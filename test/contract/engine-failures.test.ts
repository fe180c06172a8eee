import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { BackendState } from '../../sdk/src/engine/protocol.ts';
import { browserMissing } from '../browser.ts';
import { openEnginePage, type EnginePage, type PageEngine, type RemoteInput } from './engine-page.ts';

// What a device can lack or lose, in a real browser: the ranking stays the same, and the engine says who answers and why.

declare const engine: PageEngine;
/** Left by `openDevice`: what a test needs to stand between the engine and WebGL. */
declare const device: { contexts: WebGL2RenderingContext[]; objects: number };

const skip = browserMissing();
const settings = { skip, timeout: 60_000 };
const MODEL = { items: 500, dim: 16, seed: 11 };
let host: EnginePage;
/** The list all backends owe. */
let list: readonly string[];

before(async () => {
  if (skip) return;
  host = await openEnginePage();
  const page = await host.open();
  list = (await observe(page, (await host.artifact(MODEL)).input('js'), {})).lists[0];
  assert.equal(list.length, 20);
  await page.close();
});

after(async () => {
  await host?.close();
});

/** A page that keeps every WebGL context the engine opens, and counts the objects that live in them. */
async function openDevice(policy?: string): Promise<Page> {
  const page = await host.open(policy);
  await page.evaluate(() => {
    const kept = { contexts: [] as WebGL2RenderingContext[], objects: 0 };
    Object.assign(globalThis, { device: kept });
    const getContext = OffscreenCanvas.prototype.getContext as (...input: unknown[]) => unknown;
    OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...input: unknown[]) {
      const context = getContext.apply(this, input);
      if (context instanceof WebGL2RenderingContext) kept.contexts.push(context);
      return context;
    } as typeof OffscreenCanvas.prototype.getContext;
    const count = (name: string, step: number) => {
      const methods = WebGL2RenderingContext.prototype as unknown as Record<string, (...input: unknown[]) => unknown>;
      const method = methods[name];
      methods[name] = function (this: WebGL2RenderingContext, ...input: unknown[]) {
        kept.objects += step;
        return method.apply(this, input);
      };
    };
    for (const kind of ['Texture', 'Buffer', 'Framebuffer', 'Program', 'VertexArray']) {
      count(`create${kind}`, 1);
      count(`delete${kind}`, -1);
    }
  });
  return page;
}

interface Plan {
  /** Run on the page before the engine loads. */
  readonly before?: string;
  /** Run once the engine has answered for the first time. */
  readonly between?: string;
  /** Milliseconds that the engine's clock moves at every look; absent: the real clock. */
  readonly tick?: number;
  /** Answers with this many changes of backend after the first answer. */
  readonly changes?: number;
}

interface Seen {
  readonly lists: readonly (readonly string[])[];
  readonly backends: readonly string[];
  readonly states: readonly BackendState[];
}

/** One answer, then the disturbance, one answer at once, and one after the announced changes. */
const observe = (page: Page, input: RemoteInput, plan: Plan): Promise<Seen> =>
  page.evaluate(async ({ input: { url, ...input }, plan }) => {
    const run = (source?: string) => source && (new Function(source) as () => void)();
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    run(plan.before);
    const states: BackendState[] = [];
    let changed = () => {};
    let clock = 0;
    const loaded = await engine.loadEngine({ ...input, bytes }, {
      now: plan.tick === undefined ? undefined : () => (clock += plan.tick!),
      onBackend: (state) => {
        states.push(state);
        changed();
      },
    });
    const request = { session: [{ id: 'p3', kind: 'view' as const }, { id: 'p70', kind: 'cart' as const }], goal: 'view' as const, limit: 20 };
    const answers = [await loaded.recommend(request)];
    const wanted = states.length + (plan.changes ?? 0);
    const done = new Promise<void>((resolve) => (changed = () => { if (states.length >= wanted) resolve(); }));
    run(plan.between);
    answers.push(await loaded.recommend(request));
    if (plan.changes) await done;
    answers.push(await loaded.recommend(request));
    loaded.dispose();
    return { lists: answers.map(({ items }) => items.map(({ id }) => id)), backends: answers.map(({ backend }) => backend), states };
  }, { input, plan });

const LOSE = "device.contexts.at(-1).getExtension('WEBGL_lose_context').loseContext();";
const READ = 'const gl = device.contexts.at(-1); const read = gl.readPixels.bind(gl);';
const MOMENTS: Readonly<Record<string, string>> = {
  'before a read': LOSE,
  'during a read': `${READ} gl.readPixels = (...input) => { ${LOSE} return read(...input); };`,
  'after a read': `${READ} gl.readPixels = (...input) => { read(...input); ${LOSE} };`,
};

for (const [moment, between] of Object.entries(MOMENTS)) {
  test(`a context lost ${moment}: the same list within the answer, and WebGL comes back`, settings, async () => {
    const page = await openDevice();
    const { lists, backends, states } = await observe(page, (await host.artifact(MODEL)).input('webgl'), { between, changes: 2 });
    assert.deepEqual(lists, [list, list, list]);
    assert.deepEqual(backends, ['webgl', 'wasm', 'webgl']);
    assert.deepEqual(states.map(({ backend, reason }) => `${backend}: ${reason}`), ['webgl: chosen', 'wasm: the WebGL context was lost', 'webgl: chosen']);
    await page.close();
  });
}

test('a GPU that starts to compute wrong numbers is found out within the answer', settings, async () => {
  const page = await openDevice();
  const between = `${READ} gl.readPixels = (...input) => { read(...input); new Float32Array(input[6].buffer).forEach((value, at, all) => (all[at] = value + 0.01)); };`;
  const { lists, backends, states } = await observe(page, (await host.artifact(MODEL)).input('webgl'), { between, changes: 2 });
  assert.deepEqual(lists, [list, list, list]);
  assert.deepEqual(backends, ['webgl', 'wasm', 'webgl']);
  assert.equal(states[1].reason, 'webgl computes wrong numbers on this device');
  await page.close();
});

test('a GPU that computes wrong numbers from the start never answers, not even when asked for', settings, async () => {
  const page = await openDevice();
  const before = `
    const read = WebGL2RenderingContext.prototype.readPixels;
    WebGL2RenderingContext.prototype.readPixels = function (...input) { read.apply(this, input); input[6].fill(0, 0, 4); };`;
  const { lists, backends, states } = await observe(page, (await host.artifact(MODEL)).input('webgl'), { before });
  assert.deepEqual(lists[0], list);
  assert.deepEqual(backends, ['wasm', 'wasm', 'wasm']);
  assert.deepEqual(states, [{ backend: 'wasm', reason: 'WebGL computes wrong numbers on this device' }]);
  await page.close();
});

test('WebGL 2 without float render targets answers all the same', settings, async () => {
  const page = await openDevice();
  const before = `
    const get = WebGL2RenderingContext.prototype.getExtension;
    WebGL2RenderingContext.prototype.getExtension = function (name) { return /color_buffer/.test(name) ? null : get.call(this, name); };`;
  const { lists, backends } = await observe(page, (await host.artifact(MODEL)).input('webgl'), { before });
  assert.deepEqual(lists[0], list);
  assert.deepEqual(backends, ['webgl', 'webgl', 'webgl']);
  await page.close();
});

test('no OffscreenCanvas, no WebGL: WebAssembly answers, and says why', settings, async () => {
  const page = await openDevice();
  const { lists, states } = await observe(page, (await host.artifact(MODEL)).input('webgl'), { before: 'delete globalThis.OffscreenCanvas;' });
  assert.deepEqual(lists[0], list);
  assert.deepEqual(states, [{ backend: 'wasm', reason: 'this browser offers no WebGL 2 here' }]);
  await page.close();
});

test("a page whose policy forbids eval and WebAssembly: JavaScript answers, or WebGL where it is asked for", settings, async () => {
  for (const [choice, backend] of [['wasm', 'js'], ['webgl', 'webgl']] as const) {
    const page = await openDevice("default-src 'self'");
    const input = (await host.artifact(MODEL)).input(choice);
    const { items, by } = await page.evaluate(async ({ url, ...input }) => {
      const loaded = await engine.loadEngine({ ...input, bytes: new Uint8Array(await (await fetch(url)).arrayBuffer()) });
      const answer = await loaded.recommend({ session: [{ id: 'p3', kind: 'view' }, { id: 'p70', kind: 'cart' }], goal: 'view', limit: 20 });
      return { items: answer.items.map(({ id }) => id), by: answer.backend };
    }, input);
    assert.deepEqual(items, list);
    assert.equal(by, backend);
    await page.close();
  }
});

test('auto: no WebGL where the CPU takes no time, none on an emulated GPU', settings, async () => {
  const input = (await host.artifact(MODEL)).input('auto');
  for (const [tick, reason, contexts] of [[0, 'the CPU takes less than a millisecond', 0], [2, 'the GPU is emulated on the CPU', 1]] as const) {
    const page = await openDevice();
    const { states, backends } = await observe(page, input, { tick, between: 'void 0;', changes: 1 });
    assert.deepEqual(states.at(-1), { backend: 'wasm', reason });
    assert.deepEqual(new Set(backends), new Set(['wasm']));
    assert.equal(await page.evaluate(() => device.contexts.length), contexts);
    await page.close();
  }
});

test('a thousand recommendations leave nothing behind, and disposing leaves nothing at all', settings, async () => {
  const page = await openDevice();
  const input = (await host.artifact({ ...MODEL, items: 2000 })).input('webgl');
  await page.evaluate(async ({ url, ...input }) => {
    const loaded = await engine.loadEngine({ ...input, bytes: new Uint8Array(await (await fetch(url)).arrayBuffer()) });
    const ask = async (times: number) => {
      for (let call = 0; call < times; call++) {
        const { backend } = await loaded.recommend({ session: [{ id: `p${call}`, kind: 'view' }, { id: 'p70', kind: 'cart' }], goal: 'view', limit: 20 });
        if (backend !== 'webgl') throw new Error(`${backend} has answered`);
      }
    };
    Object.assign(globalThis, { loaded, ask });
    await ask(1000); // until the engine's code is compiled
  }, input);
  const cdp = await page.context().newCDPSession(page);
  const measure = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    return { heap: usedSize, objects: await page.evaluate(() => device.objects) };
  };
  const first = await measure();
  await page.evaluate(() => (globalThis as unknown as { ask(times: number): Promise<void> }).ask(1000));
  const last = await measure();
  assert.equal(last.objects, first.objects);
  assert.ok(first.objects >= 5, 'the objects are counted');
  assert.ok(last.heap - first.heap < 100_000, `the heap has grown by ${last.heap - first.heap} bytes`);
  await page.evaluate(() => (globalThis as unknown as { loaded: { dispose(): void } }).loaded.dispose());
  assert.equal(await page.evaluate(() => device.objects), 0);
  await page.close();
});
