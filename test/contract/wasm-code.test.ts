import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileWasm, readWasmCode, wasmCodeSource } from '../../build/compile-wasm.ts';

test('the WebAssembly in the sources is what its own source compiles to', async () => {
  assert.equal(readWasmCode(), wasmCodeSource(await compileWasm()), 'run: node build/compile-wasm.ts');
});
