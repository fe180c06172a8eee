import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createJsScan, KINDS, loadRecommendation, rank, verifyArtifact, type RankedItem, type RankRequest } from '@vitrine/sdk/core';
import type * as Engine from '../../sdk/src/engine/engine.ts';
import { browserMissing, launchBrowser } from '../browser.ts';
import { engineBundle } from './engine-bundle.ts';
import { createSigner, randomArtifact, seeded, type RandomModelOptions, type Signer } from './random-model.ts';

// The contract: the same bytes and the same session give the same list in Node, in Chromium on WebGL and on plain JavaScript.

declare const engine: typeof Engine;

interface PlainRequest extends Omit<RankRequest, 'exclude'> {
  readonly exclude: readonly string[];
}

const skip = browserMissing();
/** A browser that hangs must not hold up the run. */
const settings = { skip, timeout: 60_000 };
let browser: Browser;
let page: Page;
let server: Server;
let signer: Signer;

before(async () => {
  if (skip) return;
  signer = await createSigner();
  const script = await engineBundle();
  server = createServer((request, response) => {
    if (request.url === '/engine.js') response.setHeader('content-type', 'text/javascript').end(script);
    else response.setHeader('content-type', 'text/html').end('<!doctype html><title>engine</title><script src="/engine.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.addInitScript(() => {
    // Keeps every context the engine opens, so that a test can take one away.
    const contexts: WebGL2RenderingContext[] = ((globalThis as unknown as { contexts: WebGL2RenderingContext[] }).contexts = []);
    const getContext = OffscreenCanvas.prototype.getContext as (...input: unknown[]) => unknown;
    OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...input: unknown[]) {
      const context = getContext.apply(this, input);
      if (context instanceof WebGL2RenderingContext) contexts.push(context);
      return context;
    } as typeof OffscreenCanvas.prototype.getContext;
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

after(async () => {
  await browser?.close();
  server?.close();
});

const MODELS: readonly RandomModelOptions[] = [
  { items: 1, dim: 1, seed: 1 },
  { items: 2, dim: 3, seed: 2 },
  { items: 7, dim: 64, seed: 3 },
  { items: 63, dim: 5, seed: 4, tieEvery: 2, neighbours: 0 },
  { items: 1000, dim: 64, seed: 5, tieEvery: 3 },
  { items: 4099, dim: 32, seed: 6, tieEvery: 7, goals: 1 },
  { items: 20_011, dim: 64, seed: 7 },
];

/** Sessions of every length, with items the model does not know, repeats, exclusions and limits beyond the catalogue. */
function requestsFor({ items, seed }: RandomModelOptions): PlainRequest[] {
  const random = seeded(seed * 1000);
  const id = () => (random() < 0.1 ? `unknown-${Math.floor(random() * 9)}` : `p${Math.floor(random() * items)}`);
  return Array.from({ length: 24 }, (_, index) => ({
    session: Array.from({ length: [0, 1, 2, 5, 20, 80][index % 6] }, () => ({ id: id(), kind: KINDS[Math.floor(random() * 3)] })),
    goal: index % 2 === 0 ? 'view' : 'purchase',
    exclude: Array.from({ length: [0, 3, 40][index % 3] }, id),
    limit: [1, 8, 24, 100][index % 4],
  }));
}

for (const options of MODELS) {
  test(`${options.items} × ${options.dim}: WebGL, JavaScript and Node rank alike`, settings, async () => {
    const { bytes, hash, shop } = await randomArtifact(signer, options);
    const requests = requestsFor(options);

    const model = loadRecommendation(await verifyArtifact(bytes, { publicKey: signer.key, hash, shop, subtle: webcrypto.subtle as never }));
    const scan = createJsScan(model);
    const expected: RankedItem[][] = [];
    for (const request of requests) expected.push(await rank(model, scan, { ...request, exclude: new Set(request.exclude) }));

    const scores: number[][][] = [];
    for (const backend of ['js', 'wasm', 'webgl'] as const) {
      const input = { base64: Buffer.from(bytes).toString('base64'), publicKey: signer.key, hash, shop, backend };
      const answers = await page.evaluate(async ({ input, requests }) => {
        const bytes = Uint8Array.from(atob(input.base64), (digit) => digit.charCodeAt(0));
        const loaded = await engine.loadEngine({ ...input, bytes });
        const answers = [];
        for (const request of requests) answers.push(await loaded.recommend({ ...request, exclude: new Set(request.exclude) }));
        loaded.dispose();
        return answers;
      }, { input, requests });
      // The last bit of exp and ** is each JavaScript engine's own; the order may not depend on it.
      assert.deepEqual(answers.map((answer) => answer.items.map(({ id, source }) => [id, source])),
        expected.map((items) => items.map(({ id, source }) => [id, source])), backend);
      answers.forEach((answer, at) => answer.items.forEach(({ score }, place) => assert.ok(Math.abs(score - expected[at][place].score) < 1e-9)));
      scores.push(answers.map((answer) => answer.items.map((item) => item.score)));
      assert.deepEqual(new Set(answers.map((answer) => answer.backend)), new Set([backend]), 'the backend asked for has answered');
    }
    assert.deepEqual([scores[1], scores[2]], [scores[0], scores[0]], 'within one browser the backends agree to the last bit');
  });
}

test('a lost context changes no ranking, and WebGL comes back', settings, async () => {
  const { bytes, hash, shop } = await randomArtifact(signer, { items: 500, dim: 16, seed: 11 });
  const input = { base64: Buffer.from(bytes).toString('base64'), publicKey: signer.key, hash, shop, backend: 'webgl' as const };
  const { first, lost, later, states } = await page.evaluate(async (input) => {
    const { contexts } = globalThis as unknown as { contexts: WebGL2RenderingContext[] };
    const bytes = Uint8Array.from(atob(input.base64), (digit) => digit.charCodeAt(0));
    const states: string[] = [];
    let rebuilt = () => {};
    const loaded = await engine.loadEngine({ ...input, bytes }, {
      onBackend: ({ backend, reason }) => {
        states.push(`${backend}: ${reason}`);
        if (states.length === 3) rebuilt();
      },
    });
    const request = { session: [{ id: 'p3', kind: 'view' as const }], goal: 'view' as const, limit: 20 };
    const back = new Promise<void>((resolve) => (rebuilt = resolve));
    const first = await loaded.recommend(request);
    contexts.at(-1)!.getExtension('WEBGL_lose_context')!.loseContext();
    const lost = await loaded.recommend(request);
    await back;
    const later = await loaded.recommend(request);
    loaded.dispose();
    return { first, lost, later, states };
  }, input);
  assert.deepEqual(lost.items, first.items);
  assert.deepEqual(later.items, first.items);
  assert.deepEqual([first.backend, lost.backend, later.backend], ['webgl', 'wasm', 'webgl']);
  assert.deepEqual(states, ['webgl: chosen', 'wasm: the WebGL context was lost', 'webgl: chosen']);
});

test('auto does not fetch WebGL for a catalogue that the CPU scans at once', settings, async () => {
  const { bytes, hash, shop } = await randomArtifact(signer, { items: 50, dim: 8, seed: 12 });
  const input = { base64: Buffer.from(bytes).toString('base64'), publicKey: signer.key, hash, shop, backend: 'auto' as const };
  const state = await page.evaluate(async (input) => {
    const bytes = Uint8Array.from(atob(input.base64), (digit) => digit.charCodeAt(0));
    return new Promise((resolve, reject) => void engine.loadEngine({ ...input, bytes }, { onBackend: resolve }).catch(reject));
  }, input);
  assert.deepEqual(state, { backend: 'wasm', reason: 'the CPU takes less than a millisecond' });
});
