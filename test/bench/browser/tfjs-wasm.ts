import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { servePeer } from './serve-peer.ts';
import { tfjsPeer } from './tfjs-model.ts';

export const serve = servePeer(tfjsPeer((assets) => {
  setWasmPaths(assets);
  // Threads need a page isolated from other origins, which a shop's is not; this page is, for its clock.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  return tf.setBackend('wasm');
}));
