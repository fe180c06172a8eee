import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * Three kernels of the WebAssembly backend, replaced or added. Measured on 2 cores with [256, 64] × [64, 4096]:
 * a product with a transposed operand takes 95–226 ms in the stock kernel and 14 ms as transposition plus product;
 * gathering 12,800 rows takes 28 ms and 0.4 ms; the sum by segment (gather's gradient) does not exist.
 *
 * Must run after the backend is ready.
 */
export function installWasmKernels(): void {
  const backend = tf.backend() as BackendWasm;
  replaceKernel('BatchMatMul', (stock) => ({ inputs, attrs, ...rest }) => {
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    const made: tf.TensorInfo[] = [];
    const plain = (input: tf.TensorInfo, transposed: boolean) => {
      if (!transposed) return input;
      const rank = input.shape.length;
      const perm = input.shape.map((_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2));
      const result = tf.getKernel('Transpose', 'wasm').kernelFunc({ inputs: { x: input }, attrs: { perm }, ...rest }) as tf.TensorInfo;
      made.push(result);
      return result;
    };
    const a = plain(inputs.a as tf.TensorInfo, transposeA);
    const b = plain(inputs.b as tf.TensorInfo, transposeB);
    const product = stock({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, ...rest });
    for (const info of made) backend.disposeData(info.dataId);
    return product;
  });

  replaceKernel('GatherV2', (stock) => (args) => {
    const x = args.inputs.x as tf.TensorInfo;
    const indices = args.inputs.indices as tf.TensorInfo;
    const { axis, batchDims } = args.attrs as { axis: number; batchDims: number };
    if (axis !== 0 || batchDims || x.dtype !== 'float32' || indices.dtype !== 'int32') return stock(args);
    const width = size(x.shape.slice(1));
    const out = backend.makeOutput([...indices.shape, ...x.shape.slice(1)], 'float32');
    const source = floats(backend, x);
    const index = ints(backend, indices);
    const target = floats(backend, out);
    for (let i = 0; i < index.length; i++) {
      const from = index[i] * width;
      for (let j = 0, to = i * width; j < width; j++) target[to + j] = source[from + j];
    }
    return out;
  });

  const segmentSum: tf.KernelFunc = ({ inputs, attrs }) => {
    const x = inputs.x as tf.TensorInfo;
    const { numSegments } = attrs as unknown as { numSegments: number };
    const width = size(x.shape.slice(1));
    const out = backend.makeOutput([numSegments, ...x.shape.slice(1)], 'float32');
    const source = floats(backend, x);
    const segment = ints(backend, inputs.segmentIds as tf.TensorInfo);
    const target = floats(backend, out).fill(0);
    for (let i = 0; i < segment.length; i++) {
      const to = segment[i] * width;
      for (let j = 0, from = i * width; j < width; j++) target[to + j] += source[from + j];
    }
    return out;
  };
  if (!tf.getKernel('UnsortedSegmentSum', 'wasm')) {
    tf.registerKernel({ kernelName: 'UnsortedSegmentSum', backendName: 'wasm', kernelFunc: segmentSum });
  }
}

function replaceKernel(kernelName: string, make: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const config = tf.getKernel(kernelName, 'wasm');
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...config, kernelFunc: make(config.kernelFunc) });
}

// Views go stale when the WebAssembly memory grows, so they are taken after the output is made.
function floats(backend: BackendWasm, info: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info as tf.Tensor) as Float32Array;
}

function ints(backend: BackendWasm, info: tf.TensorInfo): Int32Array {
  return backend.typedArrayFromHeap(info as tf.Tensor) as Int32Array;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}
