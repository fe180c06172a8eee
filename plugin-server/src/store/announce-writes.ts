import type { Database } from './database.ts';

/** Tables that a statement changed, and the shop whose rows they are where its first parameter names one. */
export interface Write {
  readonly tables: ReadonlySet<string>;
  readonly shop?: string;
}

const CHANGES = /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?([a-z_]+(?:\.[a-z_]+)?)"?/gi;

/** Tables that a text of SQL writes to, in lower case; a word too many now and then ("FOR UPDATE OF …") does no harm. */
export function writtenTables(sql: string): Set<string> {
  const tables = new Set<string>();
  for (const [, table] of sql.matchAll(CHANGES)) tables.add(table.toLowerCase());
  return tables;
}

/**
 * A database that tells of every write made through it once others can read it: after the statement, or after the
 * transaction it belongs to. Whoever keeps what was read learns that it is old, and no writer has to think of it.
 */
export function announceWrites(db: Database): Database {
  const listeners = new Set<(write: Write) => void>();
  const announce = (writes: readonly Write[]) => {
    for (const write of writes) for (const listener of listeners) listener(write);
  };
  const tell = (write: Write) => announce([write]);
  return {
    ...watched(db, tell),
    ...(db.urgent && { urgent: watched(db.urgent, tell) }),
    transaction: async (work) => {
      const writes: Write[] = [];
      try {
        return await db.transaction((tx) => work(within(tx, writes)));
      } finally {
        announce(writes); // also after a failure: a commit whose answer was lost may stand
      }
    },
    onWrite(listener) {
      listeners.add(listener);
    },
    close: () => db.close(),
  };
}

function within(tx: Database, writes: Write[]): Database {
  return {
    ...watched(tx, (write) => writes.push(write)),
    transaction: (work) => tx.transaction((inner) => work(within(inner, writes))),
    close: () => tx.close(),
  };
}

function watched(db: Pick<Database, 'query' | 'exec'>, tell: (write: Write) => void): Pick<Database, 'query' | 'exec'> {
  const after = async <T>(sql: string, shop: unknown, result: Promise<T>): Promise<T> => {
    const tables = writtenTables(sql);
    if (tables.size === 0) return result;
    try {
      return await result;
    } finally {
      tell({ tables, ...(typeof shop === 'string' && { shop }) });
    }
  };
  return {
    query: (sql, params) => after(sql, params?.[0], db.query(sql, params)),
    exec: (sql) => after(sql, undefined, db.exec(sql)),
  };
}
