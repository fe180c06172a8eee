import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Build, compileKernels, kernelFile } from './compile-kernels.ts';

/** Where compiled kernels lie. */
export const KERNELS_FOLDER = fileURLToPath(new URL('../../../../../dist/kernels/', import.meta.url));

/** Uses a fused multiply-add: valid only where the engine knows relaxed SIMD. */
const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11);

/** A compiled module, ready to be instantiated in any thread. */
export interface SimdKernels {
  readonly module: WebAssembly.Module;
  readonly build: Build;
}

/**
 * The training kernels that `npm run build` compiled, for this engine. Compiles them first where they are missing or
 * older than their sources.
 * @throws VitrineError `bad_config` when that is impossible
 */
export async function loadKernels(build: Build = WebAssembly.validate(RELAXED_PROBE) ? 'relaxed-simd' : 'simd'): Promise<SimdKernels> {
  const path = join(KERNELS_FOLDER, kernelFile(build));
  let bytes = readIfThere(path);
  if (!bytes) {
    await compileKernels(KERNELS_FOLDER);
    bytes = readFileSync(path);
  }
  return { module: new WebAssembly.Module(bytes), build };
}

function readIfThere(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return undefined;
  }
}
