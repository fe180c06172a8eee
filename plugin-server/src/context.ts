import type { Config } from './config.ts';
import type { JobQueue } from './jobs/queue.ts';
import type { Database } from './store/database.ts';

/** Writes one structured line. Fields never hold a token, a key or anything about a person. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What every service is given: built once at start, replaced by tests. */
export interface Context {
  readonly db: Database;
  readonly config: Config;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Log;
  readonly fetch: typeof fetch;
  readonly jobs: JobQueue;
}
