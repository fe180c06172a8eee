import type { RecommendationModel } from './load.ts';
import { BLOCK, type BlockScan } from './types.ts';
import { WASM_CODE } from './wasm-code.ts';

/** WebAssembly and base64 as far as they are used here: the contract compiles with the types of neither DOM nor Node. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: { readonly scan: Scan } };
};
declare const atob: (text: string) => string;

type Scan = (blocks: number, unit: number, table: number, query: number, queryEnd: number, bias: number, out: number) => void;

const PAGE = 65_536;

/**
 * The catalogue scan in WebAssembly with SIMD (build/block-scan.as.ts): the same numbers as `createJsScan`, to the last
 * bit, many times sooner. It works on a copy of the catalogue in its own memory.
 *
 * Undefined where WebAssembly or SIMD is missing, or where the page's policy (a CSP without 'wasm-unsafe-eval') forbids it.
 *
 * @example
 * const scan = createWasmScan(model) ?? createJsScan(model);
 */
export function createWasmScan(model: Pick<RecommendationModel, 'table' | 'config' | 'params'>): BlockScan | undefined {
  const { items, dim } = model.config;
  const blocks = Math.ceil(items / BLOCK);
  const columns = dim + (dim & 1);
  // [table: int8 | maxima: float64 | bias: float32 | query: int16, 64 bytes of scratch], from the lowest address on.
  const outAt = blocks * BLOCK * columns;
  const biasAt = outAt + blocks * 8;
  const queryAt = biasAt + blocks * BLOCK * 4;
  const queryEnd = queryAt + columns * 2;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((queryEnd + 64) / PAGE) });
    const module = new WebAssembly.Module(Uint8Array.from(atob(WASM_CODE), (digit) => digit.charCodeAt(0)));
    const { scan } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const { buffer } = memory;
    const { table: source } = model;
    const table = new Int8Array(buffer);
    for (let row = 0; row < items; row++) {
      const inBlock = row % BLOCK;
      let from = row * dim;
      let at = (row - inBlock) * columns + 2 * inBlock;
      // At an odd width the last pair takes the next row's first number along: the query is 0 there.
      for (let pair = 0; pair < columns; pair += 2, from += 2, at += 2 * BLOCK) {
        table[at] = source[from];
        table[at + 1] = source[from + 1];
      }
    }
    new Float32Array(buffer, biasAt, blocks * BLOCK).fill(-Infinity).set(model.params.get('item_bias')!); // no row that only fills up wins
    const queries = new Int16Array(buffer, queryAt, columns);
    return {
      name: 'wasm',
      scan(query, unit) {
        queries.set(query);
        scan(blocks, unit, 0, queryAt, queryEnd, biasAt, outAt);
        return { maxima: new Float64Array(buffer, outAt, blocks), slack: 0 };
      },
      dispose() {},
    };
  } catch {
    return undefined;
  }
}
