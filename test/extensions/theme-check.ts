import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as ThemeCheck from '@shopify/theme-check-node';

export const THEME_BLOCKS = fileURLToPath(new URL('../../plugin-server/extensions/theme-blocks', import.meta.url));

/** The checker with the platform's documentation as its own package has it: it would else fetch the newest at each run. */
export async function loadThemeCheck(): Promise<typeof ThemeCheck> {
  const checker = createRequire(import.meta.url).resolve('@shopify/theme-check-node');
  const updater = createRequire(checker).resolve('@shopify/theme-check-docs-updater');
  process.env.XDG_CACHE_HOME = join(tmpdir(), 'vitrine-theme-check');
  process.env.SHOPIFY_TLD_ROOT = join(dirname(dirname(updater)), 'none'); // it reads a folder that is not there, and falls back on its own copy
  return await import(pathToFileURL(checker).href) as typeof ThemeCheck;
}
