import pg from 'pg';
import { VitrineError } from '@vitrine/sdk/core';
import { announceWrites } from './announce-writes.ts';
import { withSavepoints } from './savepoints.ts';
import type { Database, SqlValue } from './database.ts';

type Connection = pg.Pool | pg.PoolClient;

/** `bigint` (type 20) as a number where that is exact, as a BigInt beyond. */
function parseBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

const BIGINT = 20;
const BIGINT_ARRAY = 1016;
const bigintArray = (pg.types.getTypeParser as (id: number) => unknown)(BIGINT_ARRAY) as (text: string) => (string | null)[];

const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') => {
    if (format === 'binary') return pg.types.getTypeParser(id, 'binary');
    if (id === BIGINT) return parseBigint;
    if (id === BIGINT_ARRAY) return (text: string) => bigintArray(text).map((each) => (each === null ? null : parseBigint(each)));
    return pg.types.getTypeParser(id, 'text');
  }) as typeof pg.types.getTypeParser,
};

/**
 * Opens a pool of connections to a PostgreSQL server (15 or later).
 *
 * @throws VitrineError `bad_config` when the address is not one, `upstream` when the server does not answer.
 */
export async function openPostgres(url: string, options: { maxConnections?: number; onError?: (error: Error) => void } = {}): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new VitrineError('bad_config', 'DATABASE_URL is not an address like postgres://user@host:5432/name.');
  const pool = new pg.Pool({ connectionString: url, max: options.maxConnections ?? 10, connectionTimeoutMillis: 10_000, types: TYPES, application_name: 'vitrine' });
  // A server that restarts ends idle connections; without a listener that would end the process.
  pool.on('error', (error) => options.onError?.(error));
  try {
    await pool.query('SELECT 1');
  } catch (cause) {
    await pool.end();
    throw new VitrineError('upstream', `The database of DATABASE_URL does not answer: ${reason(cause)}. Check that the server runs and that user, password and database name are right.`, { cause });
  }
  let closed: Promise<void> | undefined;
  return announceWrites({
    ...statements(pool),
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error) => { broken = error; };
      client.on('error', onError);
      try {
        await client.query('BEGIN');
        const result = await work(withSavepoints(statements(client)));
        await client.query('COMMIT');
        return result;
      } catch (cause) {
        await client.query('ROLLBACK').catch((error: Error) => { broken = error; });
        throw cause;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
    close: () => (closed ??= pool.end()),
  });
}

function statements(connection: Connection): Pick<Database, 'query' | 'exec'> {
  return {
    async query<Row>(sql: string, params: readonly SqlValue[] = []) {
      return (await connection.query(sql, [...params])).rows as Row[];
    },
    async exec(sql) {
      // Several statements answer with an array of results, which the declared type does not know.
      const results = (await (connection instanceof pg.Pool ? execInPool(connection, sql) : connection.query(sql))) as pg.QueryResult | pg.QueryResult[];
      return (Array.isArray(results) ? results : [results]).flatMap((result) => result.rows);
    },
  };
}

/** A text with its own BEGIN that fails on the way leaves its connection within the transaction: it must not be lent again so. */
async function execInPool(pool: pg.Pool, sql: string): Promise<pg.QueryResult | pg.QueryResult[]> {
  const client = await pool.connect();
  let failed = false;
  try {
    return await client.query(sql);
  } catch (cause) {
    failed = true;
    throw cause;
  } finally {
    client.release(failed);
  }
}

/** Why a connection failed, without the address: it may hold a password. */
function reason(cause: unknown): string {
  const { code, message } = cause as { code?: string; message?: string };
  return code === 'ECONNREFUSED' ? 'connection refused' : (message || code || 'unknown reason').split('\n')[0]!;
}
