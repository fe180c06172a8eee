import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createJsScan, KINDS, loadRecommendation, rank, verifyArtifact, type RankedItem, type RankRequest, type Rule } from '@vitrine/sdk/core';
import { browserMissing } from '../browser.ts';
import type { Catalogue } from './conformance-page.ts';
import { openEnginePage, type EnginePage, type PageEngine } from './engine-page.ts';
import { seeded, type RandomModelOptions } from './random-model.ts';

// The contract: the same bytes and the same session give the same list in Node, and in Chromium on WebGL, in WebAssembly and
// in plain JavaScript.

declare const engine: PageEngine;

const skip = browserMissing();
/** A browser that hangs must not hold up the run. */
const settings = { skip, timeout: 120_000 };
let host: EnginePage;
let page: Page;

before(async () => {
  if (skip) return;
  host = await openEnginePage();
  page = await host.open();
});

after(async () => {
  await host?.close();
});

const CATALOGUES: readonly Catalogue[] = [
  { items: 1, dim: 16, seed: 1, questions: 20 },
  { items: 2, dim: 3, seed: 2, questions: 20 },
  { items: 15, dim: 64, seed: 3, questions: 20 },
  { items: 16, dim: 17, seed: 4, questions: 20, weights: 'ties' },
  { items: 17, dim: 1, seed: 5, questions: 20 },
  { items: 64, dim: 128, seed: 6, questions: 20, weights: 'equal' },
  { items: 999, dim: 48, seed: 7, questions: 40, weights: 'ties' },
  { items: 1000, dim: 64, seed: 8, questions: 60 },
  { items: 4099, dim: 32, seed: 9, questions: 24, weights: 'ties' },
  { items: 10_000, dim: 64, seed: 10, questions: 24 },
  { items: 20_011, dim: 100, seed: 11, questions: 8, weights: 'equal' },
  { items: 65_537, dim: 16, seed: 12, questions: 8 },
  { items: 100_000, dim: 64, seed: 13, questions: 4 },
  { items: 200_000, dim: 128, seed: 14, questions: 2 },
];

for (const catalogue of CATALOGUES) {
  const { items, dim, weights = 'random' } = catalogue;
  test(`${items} × ${dim}, ${weights} weights: every backend ranks as the definition does`, settings, async () => {
    const { backends, wrong } = await page.evaluate((input) => engine.checkBackends(input), catalogue);
    assert.deepEqual(backends, ['js', 'wasm', 'webgl']);
    assert.deepEqual(wrong, []);
  });
}

interface PlainRequest extends Omit<RankRequest, 'exclude'> {
  readonly exclude: readonly string[];
}

const MODELS: readonly RandomModelOptions[] = [
  { items: 1, dim: 1, seed: 1 },
  { items: 7, dim: 64, seed: 3 },
  { items: 63, dim: 5, seed: 4, tieEvery: 2, neighbours: 0 },
  { items: 1000, dim: 64, seed: 5, tieEvery: 3, attributes: true },
  { items: 12_007, dim: 64, seed: 7, goals: 1, attributes: true },
];

/** Sessions of every length, with items the model does not know, repeats, exclusions, filters, rules and limits beyond the catalogue. */
function requestsFor({ items, seed, attributes }: RandomModelOptions): PlainRequest[] {
  const random = seeded(seed * 1000);
  const id = () => (random() < 0.1 ? `unknown-${Math.floor(random() * 9)}` : `p${Math.floor(random() * items)}`);
  const rules = (): Rule[] => [
    { action: 'boost', productIds: Array.from({ length: 30 }, id), factor: 1 + random() * 9 }, { action: 'bury', productIds: Array.from({ length: 30 }, id) }, { action: 'pin', productIds: [id()], position: 2 },
    ...(attributes ? [{ action: 'boost' as const, filter: { types: ['odd'] }, factor: 3 }] : []),
  ];
  const filters = [undefined, { types: ['even'] }, { price: { min: 1, max: 3 } }, { types: ['none'] }];
  return Array.from({ length: 28 }, (_, index) => ({
    session: Array.from({ length: [0, 1, 2, 5, 20, 80, 230][index % 7] }, () => ({ id: id(), kind: KINDS[Math.floor(random() * 3)] })),
    goal: index % 2 === 0 ? 'view' : 'purchase',
    exclude: Array.from({ length: [0, 3, 40][index % 3] }, id),
    filter: attributes ? filters[(index >> 1) % 4] : undefined,
    rules: index % 4 === 1 ? rules() : undefined,
    limit: [1, 8, 24, 100][index % 4],
  }));
}

for (const options of MODELS) {
  test(`an artifact of ${options.items} × ${options.dim}: WebGL, WebAssembly, JavaScript and Node give the same list`, settings, async () => {
    const { bytes, input } = await host.artifact(options);
    const requests = requestsFor(options);
    const { publicKey, hash, shop } = input('js');
    const model = loadRecommendation(await verifyArtifact(bytes, { publicKey, hash, shop, subtle: webcrypto.subtle as never }));
    const scan = createJsScan(model);
    const expected: RankedItem[][] = [];
    for (const request of requests) expected.push(await rank(model, scan, { ...request, exclude: new Set(request.exclude) }));

    const scores: number[][][] = [];
    for (const backend of ['js', 'wasm', 'webgl'] as const) {
      const answers = await page.evaluate(async ({ input: { url, ...input }, requests }) => {
        const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
        const loaded = await engine.loadEngine({ ...input, bytes });
        const answers = [];
        for (const request of requests) answers.push(await loaded.recommend({ ...request, exclude: new Set(request.exclude) }));
        loaded.dispose();
        return answers;
      }, { input: input(backend), requests });
      // The last bit of exp is each JavaScript engine's own; the order may not depend on it.
      assert.deepEqual(answers.map((answer) => answer.items.map(({ id, reason }) => [id, reason])),
        expected.map((items) => items.map(({ id, reason }) => [id, reason])), backend);
      answers.forEach((answer, at) => answer.items.forEach(({ score }, place) => assert.ok(Math.abs(score - expected[at][place].score) < 1e-9)));
      scores.push(answers.map((answer) => answer.items.map((item) => item.score)));
      assert.deepEqual(new Set(answers.map((answer) => answer.backend)), new Set([backend]), 'the backend asked for has answered');
    }
    assert.deepEqual([scores[1], scores[2]], [scores[0], scores[0]], 'within one browser the backends agree to the last bit');
  });
}
