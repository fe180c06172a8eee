import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = fileURLToPath(new URL('./block-scan.as.ts', import.meta.url));
const TARGET = fileURLToPath(new URL('../sdk/src/core/models/recommendation/wasm-code.ts', import.meta.url));

/**
 * Compiles block-scan.as.ts with AssemblyScript: a module of one function and no runtime.
 * @throws Error with the compiler's first message
 */
export async function compileWasm(): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['scan.ts', '--outFile', 'scan.wasm', '-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--enable', 'simd'],
    {
      readFile: (name) => (name === 'scan.ts' ? readFileSync(SOURCE, 'utf8') : null),
      writeFile: (_, contents) => void (bytes = contents as Uint8Array),
    });
  if (error || !bytes) throw new Error(`block-scan.as.ts does not compile: ${stderr.toString() || error?.message}`);
  return bytes;
}

/** The source file that carries the module. Node runs it as it is, and it goes into the Worker's chunk. */
export function wasmCodeSource(bytes: Uint8Array): string {
  return [
    '// Written by `node build/compile-wasm.ts` from build/block-scan.as.ts. Do not edit.',
    '',
    `/** The WebAssembly module of the catalogue scan, ${bytes.length} bytes in base64. */`,
    `export const WASM_CODE = '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
}

export const readWasmCode = (): string => readFileSync(TARGET, 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compileWasm();
  writeFileSync(TARGET, wasmCodeSource(bytes));
  console.log(`block-scan.as.ts: ${bytes.length} bytes`);
}
