import type { BlockScan } from '../core/models/recommendation/types.ts';

const CALLS = 5;

/** Milliseconds of a scan, the median of five. */
export function medianTime(scan: BlockScan, query: Int8Array, now: () => number): number {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const start = now();
    scan.scan(query, 1);
    times.push(now() - start);
  }
  return times.sort((a, b) => a - b)[CALLS >> 1];
}
