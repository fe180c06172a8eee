import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { createContext, type OpenContext } from './create-context.ts';
import { startWorker } from './jobs/start-worker.ts';

/**
 * A process that only works on the queue, beside any number of others on the same PostgreSQL server. Close the context
 * to stop it.
 *
 * @example
 * const ctx = await startWork(readConfig());
 * process.once('SIGTERM', () => ctx.close());
 */
export async function startWork(config: Config, options: { log?: Context['log'] } = {}): Promise<OpenContext> {
  const ctx = await createContext(config, { ...options, supervise: true });
  try {
    await startWorker(ctx);
    return ctx;
  } catch (cause) {
    await ctx.close();
    throw cause;
  }
}
