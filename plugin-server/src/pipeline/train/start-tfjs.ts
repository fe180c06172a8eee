import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { installWasmKernels } from './wasm-kernels.ts';

/**
 * Makes tfjs ready on the CPU: the WebAssembly backend with our kernels, or the plain JavaScript backend. Needs
 * `tfjs-resolution.ts` loaded before. May be called again, to change between the two.
 */
export async function startTfjs(backend: 'wasm' | 'cpu' = 'wasm'): Promise<void> {
  if (backend === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
  } else {
    const require = createRequire(import.meta.url);
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm')) + sep);
  }
  await tf.setBackend(backend);
  await tf.ready();
  // It would recommend another package with its first tensor.
  if (backend === 'cpu') (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  if (backend === 'wasm' && !installed) {
    installWasmKernels();
    installed = true;
  }
}

let installed = false;
