import type { Database } from './database.ts';

/** A database inside a transaction: a further transaction is a savepoint, closing is the outermost owner's business. */
export function withSavepoints(statements: Pick<Database, 'query' | 'exec'>, depth = 1): Database {
  const savepoint = `vitrine_${depth}`;
  return {
    ...statements,
    async transaction(work) {
      await statements.exec(`SAVEPOINT ${savepoint}`);
      try {
        const result = await work(withSavepoints(statements, depth + 1));
        await statements.exec(`RELEASE SAVEPOINT ${savepoint}`);
        return result;
      } catch (cause) {
        await statements.exec(`ROLLBACK TO SAVEPOINT ${savepoint}`);
        throw cause;
      }
    },
    async close() {},
  };
}
