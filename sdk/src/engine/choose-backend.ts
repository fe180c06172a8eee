import type { BlockScan } from '../core/models/recommendation/types.ts';
import { medianTime } from './median-time.ts';
import type { BackendChoice, BackendState } from './protocol.ts';

export interface ChooseOptions {
  readonly choice: BackendChoice;
  /** WebAssembly or JavaScript: always there, always right. */
  readonly cpu: BlockScan;
  /** Opens the GPU and examines it. Its error says in one line why WebGL may not answer here. */
  readonly openWebgl: () => Promise<BlockScan>;
  /** Width of a query. */
  readonly dim: number;
  /** Milliseconds, for calibration. */
  readonly now: () => number;
  readonly onChange?: (state: BackendState) => void;
}

export interface BackendSwitch {
  readonly state: BackendState;
  /** Who answers now. */
  readonly scan: BlockScan;
  /** The first attempt at WebGL is over, with whatever result. */
  readonly settled: Promise<void>;
  /** Tells that a scan failed. True when another is in charge, so that the same answer can be tried again. */
  giveUp(failed: BlockScan, reason: string): boolean;
  dispose(): void;
}

/** A scan on the CPU below this is not worth a GPU: its read-back alone takes about as long. */
const FAST_MS = 1;
/** Failures after which a page stays on the CPU. */
const MOST_REBUILDS = 2;

/**
 * Starts on the CPU and warms WebGL up behind it. Under `auto` the GPU's code is not even fetched where the CPU scans this
 * catalogue in less than a millisecond. A GPU that fails later is replaced within the same answer, and opened anew.
 *
 * @example
 * const backend = chooseBackend({ choice: 'auto', cpu, openWebgl, dim: 64, now: () => performance.now() });
 */
export function chooseBackend({ choice, cpu, openWebgl, dim, now, onChange }: ChooseOptions): BackendSwitch {
  let scan = cpu;
  let disposed = false;
  let rebuilds = 0;
  let state: BackendState = { backend: cpu.name, reason: 'WebGL is warming up' };

  const change = (next: BlockScan, reason: string) => {
    if (disposed) return next.dispose();
    scan = next;
    state = { backend: next.name, reason };
    onChange?.(state);
  };

  const warmUp = async () => {
    try {
      await new Promise((resolve) => setTimeout(resolve)); // the answer that is on its way goes before
      if (disposed) return;
      if (choice === 'auto' && medianTime(cpu, new Int8Array(dim).fill(1), now) < FAST_MS) return change(cpu, 'the CPU takes less than a millisecond');
      change(await openWebgl(), choice === 'webgl' ? 'chosen' : 'faster on this device');
    } catch (error) {
      change(cpu, (error as Error).message);
    }
  };

  let settled = Promise.resolve();
  if (choice === 'auto' || choice === 'webgl') settled = warmUp();
  else state = { backend: cpu.name, reason: choice === cpu.name ? 'chosen' : 'WebAssembly cannot run here' };

  return {
    get state() {
      return state;
    },
    get scan() {
      return scan;
    },
    settled,
    giveUp(failed, reason) {
      if (failed === cpu) return false;
      if (scan === failed) {
        failed.dispose();
        change(cpu, reason);
        if (rebuilds++ < MOST_REBUILDS) void warmUp();
      }
      return true;
    },
    dispose() {
      disposed = true;
      scan.dispose();
      scan = cpu;
    },
  };
}
