import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { GOALS, KINDS } from '../../../sdk/src/core/models/recommendation/config.ts';
import { rowOf, servePeer } from './serve-peer.ts';

export const serve = servePeer({
  async load({ bytes, assets }) {
    env.wasm.wasmPaths = { wasm: new URL(`${assets}ort-wasm-simd-threaded.wasm`, location.href).href };
    env.wasm.numThreads = 1; // as on a shop's page, which is not isolated from other origins
    const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
    return async ({ session: items, goal }) => {
      const { top } = await session.run({
        items: new Tensor('int32', Int32Array.from(items, ({ id }) => rowOf(id))),
        kinds: new Tensor('int32', Int32Array.from(items, ({ kind }) => KINDS.indexOf(kind))),
        goal: new Tensor('int32', Int32Array.of(GOALS.indexOf(goal))),
      });
      return Array.from(top.data as BigInt64Array, Number);
    };
  },
});
