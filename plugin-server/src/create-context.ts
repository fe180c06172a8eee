import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { startQueue, type RunningQueue } from './jobs/start-queue.ts';
import { createLog } from './log.ts';
import { checkSecret } from './services/reseal.ts';
import { migrate } from './store/migrate.ts';
import { openDatabase } from './store/open.ts';

/** A context that owns what it opened. */
export interface OpenContext extends Context {
  readonly jobs: RunningQueue;
  close(): Promise<void>;
}

/**
 * Opens the database, brings its tables up to date and starts the queue.
 *
 * @param overrides `log`, `clock` and `fetch` for tests; `supervise` for a process that works on the queue.
 * @example
 * const ctx = await createContext(readConfig());
 * try { … } finally { await ctx.close(); }
 */
export async function createContext(
  config: Config, overrides: Partial<Pick<Context, 'log' | 'clock' | 'fetch' | 'db'>> & { supervise?: boolean } = {},
): Promise<OpenContext> {
  const { clock = Date.now, fetch = globalThis.fetch, log = createLog(), supervise = false } = overrides;
  const db = overrides.db ?? (await openDatabase(config, { onError: (error) => log.error('database', { reason: error }) }));
  try {
    await migrate(db);
    await checkSecret({ db, config });
    const jobs = await startQueue(db, { log, supervise });
    return {
      db, config, clock, log, fetch, jobs,
      async close() {
        await jobs.stop();
        await db.close();
      },
    };
  } catch (cause) {
    await db.close();
    throw cause;
  }
}
