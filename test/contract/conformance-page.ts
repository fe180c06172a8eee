import { MIX_SIZE, paramShapes, type RecommendationConfig } from '../../sdk/src/core/models/recommendation/config.ts';
import { encodeSession, type EncodedSession } from '../../sdk/src/core/models/recommendation/encode-session.ts';
import { createJsScan } from '../../sdk/src/core/models/recommendation/js-scan.ts';
import type { RecommendationModel } from '../../sdk/src/core/models/recommendation/load.ts';
import { topRows, type TopRowsOptions } from '../../sdk/src/core/models/recommendation/top-rows.ts';
import { createWasmScan } from '../../sdk/src/core/models/recommendation/wasm-scan.ts';
import { createWebglScan } from '../../sdk/src/engine/webgl-scan.ts';

// Runs in the browser: one random catalogue, many questions, every backend against the definition.

export interface Catalogue {
  readonly items: number;
  readonly dim: number;
  readonly seed: number;
  /** `ties`: rows and biases repeat; `equal`: one row, again and again. */
  readonly weights?: 'random' | 'ties' | 'equal';
  readonly questions: number;
}

export interface Conformance {
  /** Backends that were there. */
  readonly backends: readonly string[];
  readonly questions: number;
  /** What disagreed with the definition; empty is right. */
  readonly wrong: readonly string[];
}

export function checkBackends(catalogue: Catalogue): Conformance {
  const model = modelOf(catalogue);
  const { items, seed } = catalogue;
  const scans = [createJsScan(model), createWasmScan(model), createWebglScan(model)].filter((scan) => scan !== undefined);
  const whole = wholeNumbers(seed + 1);
  const rows = (count: number) => Array.from({ length: count }, () => whole(items));
  const wrong: string[] = [];
  for (let question = 0; question < catalogue.questions; question++) {
    const session = rows([1, 2, 20, 200, 5][question % 5]);
    const plain = encodeSession(model, { rows: session, kinds: session.map(() => whole(3)) }, question % 2);
    const encoded = { ...plain, bonus: withRules(plain.bonus, [0, 0.02, 0.5, 1][(question >> 2) % 4], items, whole) };
    const free = byDefinition(model, encoded, { limit: 200 });
    const options: TopRowsOptions & { limit: number } = {
      limit: [20, 1, 8, 100][question % 4],
      // Nothing; anything; the very items that would have come first.
      excluded: new Set([[], rows(40), free.slice(0, 150).map(({ row }) => row)][question % 3]),
      allowed: allow([1, 0.5, 0.01, 0.2][(question >> 1) % 4], items, whole),
    };
    const wanted = JSON.stringify(byDefinition(model, encoded, options));
    for (const scan of scans) {
      const actual = JSON.stringify(topRows(model, scan, encoded, options));
      if (actual !== wanted) wrong.push(`${scan.name}, question ${question}: ${actual.slice(0, 200)} instead of ${wanted.slice(0, 200)}`);
    }
  }
  for (const scan of scans) scan.dispose();
  return { backends: scans.map(({ name }) => name), questions: catalogue.questions, wrong };
}

/** What boosted and buried rows get on top: of a share of the catalogue, as ln of 1/10 to 10, in steps of 1/1024. */
function withRules(bonus: ReadonlyMap<number, number>, share: number, items: number, whole: (below: number) => number): Map<number, number> {
  const merged = new Map(bonus);
  for (let row = 0; row < items; row++) if (whole(1000) < share * 1000) merged.set(row, (bonus.get(row) ?? 0) + (whole(4716) - 2358) / 1024);
  return merged;
}

/** The definition: score every row, leave out, sort. */
function byDefinition({ table, params, config: { items, dim } }: RecommendationModel, { query, unit, bonus }: EncodedSession, { limit, excluded, allowed }: TopRowsOptions) {
  const bias = params.get('item_bias')!;
  const scored: { row: number; score: number }[] = [];
  for (let row = 0; row < items; row++) {
    if (excluded?.has(row) || (allowed && !allowed.has(row))) continue;
    let dot = 0;
    for (let j = 0; j < dim; j++) dot += query[j] * table[row * dim + j];
    scored.push({ row, score: dot * unit + bias[row] + (bonus.get(row) ?? 0) });
  }
  return scored.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, limit);
}

function allow(share: number, items: number, whole: (below: number) => number): ReadonlySet<number> | null {
  if (share === 1) return null;
  return new Set(Array.from({ length: items }, (_, row) => row).filter(() => whole(1000) < share * 1000));
}

/** Whole numbers below a bound, from a seed. */
function wholeNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => Math.floor((((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 4) / 2 ** 28) * below);
}

function modelOf({ items, dim, seed, weights = 'random' }: Catalogue): RecommendationModel {
  const whole = wholeNumbers(seed);
  const count = 3;
  const config: RecommendationConfig = { items, dim, maxLength: 50, scale: 12, goals: 3, neighbours: count };
  const params = new Map<string, Float32Array>();
  for (const [name, shape] of paramShapes(config)) {
    if (name === 'item_table') continue;
    const values = Float32Array.from({ length: shape.reduce((size, axis) => size * axis, 1) }, () => whole(2001) / 2000 - 0.5);
    params.set(name, name === 'item_bias' && weights === 'equal' ? values.fill(0.25) : values);
  }
  const table = Int8Array.from({ length: items * dim }, () => whole(255) - 127);
  const bias = params.get('item_bias')!;
  for (let row = 1; row < items; row++) {
    if (weights === 'random' || (weights === 'ties' && row % 3 === 0)) continue;
    table.copyWithin(row * dim, (row - 1) * dim, row * dim);
    bias[row] = bias[row - 1];
  }
  return {
    config, version: 'test', itemIds: [], rowOf: new Map(), params, table, tableScale: 1 / 127,
    neighbours: {
      count, row: Int32Array.from({ length: items * count }, () => whole(items)), weight: Float32Array.from({ length: items * count }, () => whole(100) / 100),
      mix: Float32Array.from({ length: MIX_SIZE }, (_, at) => at - 2),
    },
  };
}
