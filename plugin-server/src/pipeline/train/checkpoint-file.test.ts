import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CheckpointFile, readCheckpointFile, removeCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'vitrine-checkpoint-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

const content: fc.Arbitrary<CheckpointFile> = fc.record({
  meta: fc.jsonValue().filter((value) => JSON.stringify(value) === JSON.stringify(JSON.parse(JSON.stringify(value)))),
  arrays: fc.array(fc.tuple(fc.string(), fc.float32Array({ maxLength: 9 }))).map((entries) => new Map(entries)),
});

test('what is read is what was written', () => {
  const path = join(folder, 'any', 'a.state');
  fc.assert(fc.property(content, (wanted) => {
    writeCheckpointFile(path, wanted);
    const read = readCheckpointFile(path) as CheckpointFile;
    assert.deepEqual(read.meta, JSON.parse(JSON.stringify(wanted.meta)));
    assert.deepEqual(read.arrays, wanted.arrays);
  }));
});

test('a file with any byte changed, or cut anywhere, is broken; none is none', () => {
  const path = join(folder, 'b.state');
  writeCheckpointFile(path, { meta: { epoch: 3 }, arrays: new Map([['x', Float32Array.of(1, 2, 3)]]) });
  const whole = fs.readFileSync(path);
  fc.assert(fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
    const changed = Buffer.from(whole);
    changed[at] ^= flip;
    fs.writeFileSync(path, changed);
    assert.equal(readCheckpointFile(path), 'broken');
    fs.writeFileSync(path, whole.subarray(0, at));
    assert.equal(readCheckpointFile(path), 'broken');
  }));
  removeCheckpointFile(path);
  assert.equal(readCheckpointFile(path), undefined);
});

test('a write that fails anywhere leaves the file that was there, and nothing beside it', () => {
  const path = join(folder, 'c.state');
  const before = { meta: 1, arrays: new Map([['x', Float32Array.of(1)]]) };
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  writeCheckpointFile(path, before);
  for (let call = 0; ; call++) {
    let left = call;
    const failing = <Name extends 'writeSync' | 'fsyncSync' | 'renameSync' | 'openSync'>(name: Name) => ((...args: never[]) => {
      if (left-- === 0) throw full;
      return (fs[name] as (...all: never[]) => unknown)(...args);
    }) as typeof fs[Name];
    const io = { ...fs, writeSync: failing('writeSync'), fsyncSync: failing('fsyncSync'), renameSync: failing('renameSync'), openSync: failing('openSync') };
    try {
      writeCheckpointFile(path, { meta: 2, arrays: new Map([['x', Float32Array.of(2)]]) }, io);
    } catch (error) {
      assert.equal(error, full);
      assert.deepEqual(readCheckpointFile(path), before);
      assert.deepEqual(fs.readdirSync(folder).filter((name) => name.startsWith('c.')), ['c.state']);
      continue;
    }
    assert.ok(call >= 6, `${call} calls can fail`);
    break;
  }
  assert.deepEqual((readCheckpointFile(path) as CheckpointFile).meta, 2);
});
