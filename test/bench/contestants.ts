import type { Contestant } from './browser/page.ts';
import type { EngineBench } from './engine.ts';
import type { BenchModel } from './peers/bench-model.ts';

/** Our own Worker, as built, with a backend forced or left to its choice. */
export function ours({ worker }: EngineBench, { trust }: BenchModel, backend: 'webgl' | 'wasm' | 'js' | 'auto'): Contestant {
  return { name: `ours, ${backend}`, script: worker, file: '/models/artifact', input: { ...trust, backend } };
}

export const PEERS = {
  'tfjs webgl, naive': { script: '/bench/tfjs-webgl.js', file: '/models/tensors' },
  'tfjs webgl, naive, on the page': { script: '/bench/tfjs-webgl.js', file: '/models/tensors', onPage: true },
  'tfjs wasm': { script: '/bench/tfjs-wasm.js', file: '/models/tensors' },
  'onnxruntime-web wasm': { script: '/bench/onnx.js', file: '/models/onnx' },
} as const;
export type PeerName = keyof typeof PEERS;

export function peer(name: PeerName, { items }: BenchModel): Contestant {
  return { name, ...PEERS[name], input: { items, assets: '/bench/' } };
}
