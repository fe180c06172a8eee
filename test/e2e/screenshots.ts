import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../browser.ts';
import { serveDashboard } from './dashboard-server.ts';
import { NOW, overviewIn, type State, STATES } from './dashboard-states.ts';

/**
 * Renews the pictures of the dashboard in docs/images. With `--states DIR` every state is drawn whole into DIR instead,
 * to be looked at after a change.
 *
 * @example
 * node test/e2e/screenshots.ts
 */
const { values } = parseArgs({ options: { states: { type: 'string' } } });
const folder = values.states ?? fileURLToPath(new URL('../../docs/images', import.meta.url));
const states: readonly State[] = values.states === undefined ? ['healthy'] : STATES;
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

await mkdir(folder, { recursive: true });
const server = await serveDashboard(overviewIn('healthy'));
const browser = await launchBrowser();
try {
  for (const state of states) {
    server.answer = overviewIn(state);
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport, colorScheme, timezoneId: 'UTC', reducedMotion: 'reduce' });
        await page.clock.setFixedTime(NOW);
        await page.goto(server.url);
        await page.locator('.status-headline:not(:empty)').waitFor();
        if (state === 'healthy') await page.locator('.chart canvas').nth(1).waitFor();
        const path = join(folder, `${values.states === undefined ? 'dashboard' : state}-${size}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: values.states !== undefined });
        console.log(`${path} ${Math.round((await stat(path)).size / 1000)} kB`);
        await page.close();
      }
    }
  }
} finally {
  await browser.close();
  await server.close();
}
