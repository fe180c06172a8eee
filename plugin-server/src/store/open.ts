import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/**
 * Opens the database the configuration names: the server of `DATABASE_URL`, else the embedded one in `VITRINE_HOME`.
 * The tables are not touched; call `migrate` next.
 */
export function openDatabase(config: Pick<Config, 'databaseUrl' | 'home'>, options: { onError?: (error: Error) => void } = {}): Promise<Database> {
  return config.databaseUrl ? openPostgres(config.databaseUrl, options) : openPglite(join(config.home, 'data'));
}
