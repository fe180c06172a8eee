import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { lockDirectory } from './directory-lock.ts';

function folder(t: { after(fn: () => void): void }): string {
  const parent = mkdtempSync(join(tmpdir(), 'vitrine-lock-'));
  t.after(() => rmSync(parent, { recursive: true }));
  return join(parent, 'data');
}

test('a directory is one holder at a time, and free again afterwards', (t) => {
  const dir = folder(t);
  const unlock = lockDirectory(dir);
  assert.throws(() => lockDirectory(dir), (error: VitrineError) => {
    assert.equal(error.code, 'conflict');
    assert.match(error.message, new RegExp(`in use by process ${process.pid} \\(.+\\)\\. Stop it, or`));
    return true;
  });
  unlock();
  unlock();
  assert.equal(existsSync(`${dir}.lock`), false);
  lockDirectory(dir)();
});

test('the lock of a living process holds', (t) => {
  const dir = folder(t);
  writeFileSync(`${dir}.lock`, JSON.stringify({ pid: process.ppid, started: '', command: 'vitrine serve' }));
  assert.throws(() => lockDirectory(dir), new RegExp(`process ${process.ppid} \\(vitrine serve\\)`));
});

test('the lock of a dead process, of a recycled process id, and half a lock are taken over', (t) => {
  const dir = folder(t);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const left of [
    JSON.stringify({ pid: dead, started: '1', command: 'vitrine serve' }),
    JSON.stringify({ pid: process.ppid, started: '1', command: 'vitrine serve' }),
    JSON.stringify({ pid: process.pid, started: '1', command: 'vitrine serve' }),
    '{"pid":', '',
  ]) {
    writeFileSync(`${dir}.lock`, left);
    const unlock = lockDirectory(dir);
    assert.equal(JSON.parse(readFileSync(`${dir}.lock`, 'utf8')).pid, process.pid);
    unlock();
  }
});
