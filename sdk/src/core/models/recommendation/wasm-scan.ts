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

type Scan = (blocks: number, stride: number, unit: number, table: number, query: number, bias: number, out: number) => void;

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
  const stride = Math.ceil(dim / 8) * 8;
  // [table: int8 | bias: float32 | query: int16 | maxima: float64], each a multiple of 16 bytes after the one before.
  const biasAt = blocks * BLOCK * stride;
  const queryAt = biasAt + blocks * BLOCK * 4;
  const outAt = queryAt + stride * 2;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((outAt + blocks * 8) / PAGE) });
    const module = new WebAssembly.Module(Uint8Array.from(atob(WASM_CODE), (digit) => digit.charCodeAt(0)));
    const { scan } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const { buffer } = memory;
    const table = new Int8Array(buffer);
    if (stride === dim) table.set(model.table);
    else for (let row = 0; row < items; row++) table.set(model.table.subarray(row * dim, row * dim + dim), row * stride);
    new Float32Array(buffer, biasAt, blocks * BLOCK).fill(-Infinity).set(model.params.get('item_bias')!); // no row is filled up to the top
    const queries = new Int16Array(buffer, queryAt, stride);
    return {
      name: 'wasm',
      scan(query, unit) {
        queries.set(query);
        scan(blocks, stride, unit, 0, queryAt, biasAt, outAt);
        return { maxima: new Float64Array(buffer, outAt, blocks), slack: 0 };
      },
      dispose() {},
    };
  } catch {
    return undefined;
  }
}
