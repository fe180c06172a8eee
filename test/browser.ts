import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type LaunchOptions } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const HOW_TO_GET_ONE =
  'No Chromium found: install one (Debian: apt-get install chromium; or npx playwright-core install chromium), or set VITRINE_CHROMIUM to its path.';

/** Path of a Chromium: VITRINE_CHROMIUM or CHROME_PATH, then PATH, then playwright's own; null when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env.VITRINE_CHROMIUM || env.CHROME_PATH;
  if (named) return existsSync(named) ? named : null;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) if (folder && existsSync(join(folder, name))) return join(folder, name);
  }
  const own = chromium.executablePath();
  return own && existsSync(own) ? own : null;
}

/**
 * For `test(name, { skip: browserMissing() }, …)`: false when there is a browser, else the line that says how to get one.
 * On a build machine (`CI=true`) nothing is skipped: the test runs and fails with that line.
 */
export function browserMissing(env: NodeJS.ProcessEnv = process.env): string | false {
  return env.CI === 'true' || findChromium(env) ? false : HOW_TO_GET_ONE;
}

/**
 * Starts a headless Chromium with WebGL in software, so that every machine tests the same path.
 *
 * @param options.debuggingPort for a tool that drives the browser beside the test
 *
 * @example
 * const browser = await launchBrowser();
 * const page = await browser.newPage();
 */
export async function launchBrowser(
  { debuggingPort, ...options }: Pick<LaunchOptions, 'handleSIGINT' | 'handleSIGTERM'> & { readonly debuggingPort?: number } = {},
): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(HOW_TO_GET_ONE);
  return chromium.launch({
    ...options, executablePath,
    args: [
      '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
      ...(debuggingPort === undefined ? [] : [`--remote-debugging-port=${debuggingPort}`]),
    ],
  });
}
