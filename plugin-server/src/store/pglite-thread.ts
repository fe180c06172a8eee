import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';

// The thread of the embedded database. PostgreSQL in WebAssembly computes in the thread that calls it: in the server's
// own, every statement would let every request wait.

export interface ToDatabaseThread {
  readonly id: number;
  /** Nothing: close. */
  readonly sql?: string;
  /** One statement with parameters; without, any number of statements. */
  readonly params?: readonly unknown[];
}

export type FromDatabaseThread =
  | { readonly id: number; readonly rows: Record<string, unknown>[] }
  | { readonly id: number; readonly error: { readonly message: string } & Readonly<Record<string, unknown>> };

/** PostgreSQL's timer for reports on a slow start is never stopped here: it would keep every process alive for 10 s. */
const START = ['-c', 'log_startup_progress_interval=0'];

const SERIALIZERS = {
  // PGlite refuses a number or an object where the statement wants text; `pg` writes them out. The same call must
  // mean the same on both.
  [types.TEXT]: (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value)),
};

/** What `pg` says of an error too. The statement and its values stay here: they may hold what no log should. */
const TOLD = ['code', 'severity', 'schema', 'table', 'column', 'constraint', 'routine'] as const;

const port = parentPort!;
const answer = (message: FromDatabaseThread) => port.postMessage(message);

const opened = PGlite.create((workerData as { dir: string }).dir, { startParams: [...PGlite.defaultStartParams, ...START] });
opened.then(() => answer({ id: 0, rows: [] }), (cause: unknown) => answer({ id: 0, error: told(cause) }));

port.on('message', async ({ id, sql, params }: ToDatabaseThread) => {
  try {
    const pglite = await opened;
    if (sql === undefined) {
      await pglite.close();
      answer({ id, rows: [] });
    } else if (params) answer({ id, rows: (await pglite.query<Record<string, unknown>>(sql, [...params], { serializers: SERIALIZERS })).rows });
    else answer({ id, rows: (await pglite.exec(sql)).flatMap((result) => result.rows as Record<string, unknown>[]) });
  } catch (cause) {
    answer({ id, error: told(cause) });
  }
});

function told(cause: unknown): { message: string } & Record<string, unknown> {
  const error = cause as Error & Record<string, unknown>;
  return { message: error.message, ...Object.fromEntries(TOLD.flatMap((name) => (error[name] === undefined ? [] : [[name, error[name]]]))) };
}
