import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from '../build.ts';
import { findChromium } from './browser.ts';

/**
 * `npm test`: bundles, types, then every test. Arguments are file patterns for the test runner instead of all.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const patterns = process.argv.slice(2);

const chromium = findChromium();
console.log(chromium ? `Browser tests use ${chromium.split('/').at(-1)}.` : 'Browser tests are skipped: no Chromium found. Debian: apt-get install chromium; or set VITRINE_CHROMIUM to one.');

await build();
step('types', ['node_modules/typescript/bin/tsc', '-b']);
step('tests', [
  '--test', '--test-concurrency=2', '--test-timeout=600000',
  ...(patterns.length > 0 ? patterns : ['sdk/src/**/*.test.ts', 'widgets/src/**/*.test.ts', 'plugin-server/**/*.test.ts', 'test/**/*.test.ts']),
]);

function step(name: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`npm test: ${name} failed.`);
    process.exit(1);
  }
}
