import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';

/**
 * Removes what a training has left in this machine's `VITRINE_HOME`: it was computed from data that must go. A training
 * that is under way writes it again; one on another machine forgets it within a day.
 */
export function removeTrainingFiles(config: Pick<Config, 'home'>, shop: string): void {
  const folder = join(config.home, 'training');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // One shop's name may begin like another's and holds dots itself: only what stands behind the last dots differs.
  const prefix = `${encodeURIComponent(shop)}.`;
  for (const name of names) {
    if (name.startsWith(prefix) && /^[a-z]+(\.writing)?$/.test(name.slice(prefix.length))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
