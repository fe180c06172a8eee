import { PGlite, types } from '@electric-sql/pglite';
import type { Transaction } from '@electric-sql/pglite';
import { mkdirSync } from 'node:fs';
import { lockDirectory } from './directory-lock.ts';
import { withSavepoints } from './savepoints.ts';
import type { Database, SqlValue } from './database.ts';

type Connection = Pick<PGlite, 'query' | 'exec'> | Transaction;

/** PostgreSQL's timer for reports on a slow start is never stopped here: it would keep every process alive for 10 s. */
const START = ['-c', 'log_startup_progress_interval=0'];

/**
 * Opens the embedded PostgreSQL: a directory, or `memory://` for one that lives as long as the process.
 *
 * A directory belongs to one process at a time.
 *
 * @throws VitrineError `conflict` when another process has the directory open.
 * @example
 * const db = await openPglite('.vitrine/data');
 */
export async function openPglite(dir: string): Promise<Database> {
  const inMemory = dir.startsWith('memory://');
  if (!inMemory) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unlock = inMemory ? () => {} : lockDirectory(dir);
  try {
    const pglite = await PGlite.create(dir, { startParams: [...PGlite.defaultStartParams, ...START] });
    return {
      ...statements(pglite),
      transaction: (work) => pglite.transaction((tx) => work(withSavepoints(statements(tx)))),
      async close() {
        if (!pglite.closed) await pglite.close();
        unlock();
      },
    };
  } catch (cause) {
    unlock();
    throw cause;
  }
}

function statements(connection: Connection): Pick<Database, 'query' | 'exec'> {
  return {
    async query<Row>(sql: string, params: readonly SqlValue[] = []) {
      return (await connection.query<Row>(sql, [...params], { serializers: SERIALIZERS })).rows;
    },
    async exec(sql) {
      return (await connection.exec(sql)).flatMap((result) => result.rows);
    },
  };
}

const SERIALIZERS = {
  // PGlite refuses a number or an object where the statement wants text; `pg` writes them out. The same call must
  // mean the same on both.
  [types.TEXT]: (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value)),
};
