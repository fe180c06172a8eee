import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VitrineError } from '@vitrine/sdk/core';
import { trainingFailure } from './training-failure.ts';

const thrown = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  assert.fail('nothing was thrown');
};

test('a full disk and too little memory are said as such; the rest keeps its first line', () => {
  const disk = /the disk is full\. Free some space .* The published release is unchanged\.$/;
  const memory = /too little free memory .* The published release is unchanged\.$/;
  const cases: [unknown, RegExp][] = [
    [Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }), disk],
    [Object.assign(new Error('could not extend file "base/1": No space left on device'), { code: '53100' }), disk],
    [Object.assign(new Error('Worker terminated due to reaching memory limit: JS heap out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }), memory],
    [thrown(() => new WebAssembly.Memory({ initial: 1, maximum: 2 }).grow(5)), memory],
    [thrown(() => new Float64Array(2 ** 52)), memory],
    [new Error('boom\n    at somewhere'), /on our side: boom\. The published/],
  ];
  for (const [cause, expected] of cases) {
    const { code, message } = trainingFailure(cause);
    assert.match(message, expected);
    assert.doesNotMatch(message, /\n/);
    assert.equal(code, 'internal');
  }
  const known = new VitrineError('not_enough_data', 'Too few.');
  assert.equal(trainingFailure(known), known);
});
