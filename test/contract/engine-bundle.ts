import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { slimTfjs } from '../../build/slim-tfjs.ts';

/** The engine's sources as one script that leaves them in `globalThis.engine`, for a page of a test. */
export async function engineBundle(): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const contents = [
    ['loadEngine', './sdk/src/engine/engine.ts'], ['openWebgl', './sdk/src/engine/open-webgl.ts'], ['createWebglScan', './sdk/src/engine/webgl-scan.ts'],
    ['checkBackends', './test/contract/conformance-page.ts'],
  ].map(([name, file]) => `export { ${name} } from '${file}';`).join('\n');
  const result = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    plugins: [slimTfjs], bundle: true, format: 'iife', globalName: 'engine', target: 'es2022', write: false, logLevel: 'silent',
  });
  return result.outputFiles[0].text;
}
