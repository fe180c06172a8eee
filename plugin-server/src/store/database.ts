/** A value a statement can carry. Arrays become PostgreSQL arrays (for `unnest`). */
export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | object | readonly SqlValue[];

/**
 * The one door to PostgreSQL, embedded (PGlite) or a server (`pg`). Rows come back with `timestamptz` as Date, `bigint`
 * as number where it is safe, `jsonb` parsed, `bytea` as Uint8Array.
 */
export interface Database {
  /** One statement with `$1` parameters. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** Several statements without parameters (migrations). */
  exec(sql: string): Promise<void>;
  /** Runs `work` in one transaction; a throw rolls back. */
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
