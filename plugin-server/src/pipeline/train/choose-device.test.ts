import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from './choose-device.ts';

const gpu = { adapter: 'nvidia ampere', gradientError: 1e-6 };

test('auto takes the GPU where it is faster, the CPU otherwise, and says why in one line', () => {
  const faster = decide('auto', { gpu: { ...gpu, milliseconds: { gpu: 2, cpu: 40 } } });
  assert.deepEqual(faster, { path: 'gpu', reason: 'Training on the GPU (WebGPU): found nvidia ampere; a step takes 2.0 ms there and 40.0 ms on the CPU.' });
  const slower = decide('auto', { gpu: { ...gpu, milliseconds: { gpu: 41, cpu: 40 } } });
  assert.equal(slower.path, 'simd');
  assert.match(slower.reason, /a step takes 41\.0 ms there and 40\.0 ms on the CPU/);
  const none = decide('auto', { gpu: { problem: 'no GPU was found' } });
  assert.equal(none.path, 'simd');
  assert.match(none.reason, /^Training on the CPU \(.*\): no GPU was found\.$/);
});

test('a GPU that is asked for and cannot be used is an error that says what to do', () => {
  assert.throws(() => decide('gpu', { gpu: { problem: 'the only adapter, llvmpipe, is emulated on the CPU' } }),
    { code: 'bad_config', message: 'This machine cannot train on a GPU: the only adapter, llvmpipe, is emulated on the CPU. Train with --device cpu.' });
  assert.equal(decide('gpu', { gpu }).path, 'gpu');
});

test('what is asked for is taken', () => {
  assert.equal(decide('reference').path, 'reference');
  assert.equal(decide('wasm').path, 'wasm');
  assert.equal(decide('cpu').path, 'simd');
  assert.deepEqual(decide('cpu', { simdProblem: 'the SIMD kernels cannot be used' }),
    { path: 'wasm', reason: 'Training on the CPU (TensorFlow.js, WebAssembly): as asked; the SIMD kernels cannot be used.' });
});
