import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTensors, writeTensors } from './tensor-file.ts';

test('tensors read back as what was written, from whatever place in a buffer that suits floats', () => {
  const tensor = fc.tuple(fc.string({ unit: 'binary' }), fc.array(fc.float({ noNaN: true }), { maxLength: 20 }));
  fc.assert(fc.property(fc.uniqueArray(tensor, { selector: ([name]) => name }), fc.nat(3), (list, words) => {
    const tensors = new Map(list.map(([name, values]) => [name, { shape: [values.length], data: Float32Array.from(values) }]));
    const bytes = writeTensors(tensors);
    const moved = new Uint8Array(bytes.length + words * 4);
    moved.set(bytes, words * 4);
    assert.deepEqual(readTensors(moved.subarray(words * 4)), tensors);
  }));
});
