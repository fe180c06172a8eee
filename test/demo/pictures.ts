import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietLog } from '../../plugin-server/src/cli/quiet-log.ts';
import { processTerminal, progressLine } from '../../plugin-server/src/cli/terminal.ts';
import { drawPictures } from './draw-pictures.ts';
import { DEMO_SHOP, runDemo } from './run-demo.ts';

/**
 * Renews the pictures in docs/images from a demonstration that runs for them alone: its own ports, its own folder. With
 * `storefront` only those of the shop's pages, from a smaller shop: what they show is how things look.
 *
 * @example
 * npm run pictures
 * npm run pictures -- storefront
 */
const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));

const SMALL = { products: 500, orders: 5_000, epochs: 6, force: true };

const storefrontAlone = process.argv[2] === 'storefront';
const terminal = processTerminal();
const home = mkdtempSync(join(tmpdir(), 'vitrine-pictures-'));
try {
  const demo = await runDemo({ ...DEMO_SHOP, ...(storefrontAlone && SMALL), port: 0, shopPort: 0, home, show: progressLine(terminal), note: terminal.note, log: quietLog(terminal) });
  try {
    await drawPictures(demo, IMAGES, terminal.note, { dashboard: !storefrontAlone });
  } finally {
    await demo.close();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
