import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { freeMemory } from './free-memory.ts';

test('memory of WebAssembly that nobody holds is given back', async () => {
  const gone = new WeakRef(new WebAssembly.Memory({ initial: 1000, maximum: 1000, shared: true }));
  await setTimeout(1); // a reference that was looked at holds until the turn ends
  freeMemory();
  assert.equal(gone.deref(), undefined);
});

test('so it is in a thread', async () => {
  const worker = new Worker(`
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(new URL('./free-memory.ts', import.meta.url).href)}).then(async ({ freeMemory }) => {
      const gone = new WeakRef(new ArrayBuffer(1e7));
      await new Promise((resolve) => setTimeout(resolve, 1));
      freeMemory();
      parentPort.postMessage(gone.deref() === undefined);
    });`, { eval: true });
  const [freed] = await new Promise<[boolean]>((resolve, reject) => { worker.once('message', (value: boolean) => resolve([value])).once('error', reject); });
  assert.equal(freed, true);
});
