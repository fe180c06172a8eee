import type { Write } from './announce-writes.ts';

/**
 * A value a statement can carry. An array becomes a PostgreSQL array (for `unnest`), a plain object JSON. For a `jsonb`
 * parameter that is an array at the top pass `JSON.stringify(value)`: a string is taken as the JSON text it is.
 */
export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | object | readonly SqlValue[];

/**
 * The one door to PostgreSQL, embedded (PGlite) or a server (`pg`). Rows come back with `timestamptz` as Date, `bigint`
 * as number where it is safe, `jsonb` parsed, `bytea` as Uint8Array.
 */
export interface Database {
  /** One statement with `$1` parameters. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** Several statements without parameters (migrations, the queue): the rows of all of them, in order. */
  exec(sql: string): Promise<Record<string, unknown>[]>;
  /**
   * Runs `work` in one transaction; a throw rolls back. Inside, use only `tx`: the embedded database has one connection,
   * and waiting for the outer one from within would never end. A transaction within a transaction is a savepoint.
   */
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>;
  /**
   * The same door for what somebody waits for: goes before everything else that waits for the one connection of the
   * embedded database. A server has several; there, and within a transaction, it is not needed and not there.
   */
  readonly urgent?: Pick<Database, 'query' | 'exec'>;
  /** Tells of writes made through this door, once they can be read. Not there within a transaction. */
  onWrite?(listener: (write: Write) => void): void;
  close(): Promise<void>;
}
