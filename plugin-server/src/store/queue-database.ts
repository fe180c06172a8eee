import type { Database, SqlValue } from './database.ts';

/** The door the queue takes to the same database: several statements at once without parameters, one with. */
export function queueDatabase(db: Pick<Database, 'query' | 'exec'>): { executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> } {
  return {
    async executeSql(text, values) {
      return { rows: values?.length ? await db.query(text, values as SqlValue[]) : await db.exec(text) };
    },
  };
}
