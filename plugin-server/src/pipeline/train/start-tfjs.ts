import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { installWasmKernels } from './wasm-kernels.ts';

/** Makes tfjs ready on the WebAssembly backend with our kernels. Needs `tfjs-resolution.ts` loaded before. */
export async function startTfjs(): Promise<void> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm'));
  wasm.setWasmPaths(folder + sep);
  await tf.setBackend('wasm');
  await tf.ready();
  installWasmKernels();
}
