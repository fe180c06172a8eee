import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { resolve } = createRequire(import.meta.url);
const TFJS_WASM = dirname(resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm'));
const ONNX_WASM = resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

/** What a page that uses a peer has to fetch: its script and what the script fetches. */
export const PEER_FILES = {
  'tfjs-webgl': ['tfjs-webgl.js'],
  'tfjs-wasm': ['tfjs-wasm.js', 'tfjs-backend-wasm-simd.wasm'],
  'onnx': ['onnx.js', 'ort-wasm-simd-threaded.wasm'],
} as const;

/**
 * The peers' scripts as an application would bundle them (named packages, minified), the WASM files they fetch, and the
 * page and the instruments of this benchmark, by file name.
 */
export async function peerBundles(): Promise<Map<string, Uint8Array>> {
  const folder = fileURLToPath(new URL('../browser/', import.meta.url));
  const { outputFiles } = await build({
    absWorkingDir: folder, entryPoints: ['tfjs-webgl.ts', 'tfjs-wasm.ts', 'onnx.ts', 'page.ts', 'instruments.ts'], outdir: folder,
    bundle: true, format: 'esm', target: 'es2022', minify: true, write: false, logLevel: 'silent', legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.split(/[\\/]/).at(-1)!, contents]));
  // Whichever of the three the browser can use is fetched; this one on every browser of the last years.
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) files.set(name, await readFile(join(TFJS_WASM, name)));
  files.set('ort-wasm-simd-threaded.wasm', await readFile(ONNX_WASM));
  return files;
}
