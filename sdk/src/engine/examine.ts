import type { BlockScan } from '../core/models/recommendation/types.ts';
import { medianTime } from './median-time.ts';
import type { BackendChoice } from './protocol.ts';

const SELF_TEST_QUERIES = 4;

/**
 * Compares every block's number with the CPU's for a few queries, and under `auto` the time.
 * @throws Error whose message says why WebGL may not answer
 */
export function examine(webgl: BlockScan, cpu: BlockScan, dim: number, choice: BackendChoice, now: () => number): void {
  const queries = testQueries(dim);
  for (const query of queries) {
    const expected = cpu.scan(query, 1).maxima;
    const { maxima, slack } = webgl.scan(query, 1);
    const agrees = maxima.length === expected.length && maxima.every((value, block) => Math.abs(value - expected[block]) <= slack);
    if (!agrees) throw new Error('WebGL computes wrong numbers on this device');
  }
  if (choice === 'auto' && medianTime(webgl, queries[0], now) >= medianTime(cpu, queries[0], now)) throw new Error('the CPU is faster on this device');
}

/** Int8 queries from a fixed generator; the first holds the extremes. */
function testQueries(dim: number): Int8Array[] {
  let state = 0x2545f491;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  return Array.from({ length: SELF_TEST_QUERIES }, (_, index) =>
    Int8Array.from({ length: dim }, (_, j) => (index === 0 ? (j % 2 === 0 ? 127 : -127) : (next() % 255) - 127)));
}
