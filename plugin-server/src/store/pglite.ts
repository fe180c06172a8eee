import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { VitrineError } from '@vitrine/sdk/core';
import { announceWrites } from './announce-writes.ts';
import { lockDirectory } from './directory-lock.ts';
import { withSavepoints } from './savepoints.ts';
import type { Database, SqlValue } from './database.ts';
import type { FromDatabaseThread, ToDatabaseThread } from './pglite-thread.ts';

type Statements = Pick<Database, 'query' | 'exec'>;

/**
 * Opens the embedded PostgreSQL, in a thread of its own: a directory, or `memory://` for one that lives as long as the
 * process.
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
    const thread = await startThread(dir);
    const inTurn = takeTurns();
    const direct = statements(thread.ask);
    let closed: Promise<void> | undefined;
    const alone = (urgent: boolean) => statements((sql, params) => inTurn(() => thread.ask(sql, params).catch((cause: unknown) => leaveTransaction(direct, cause)), urgent));
    return announceWrites({
      ...alone(false),
      urgent: alone(true),
      transaction: (work) => inTurn(() => inTransaction(direct, work)),
      close: () => (closed ??= inTurn(thread.close).finally(unlock)),
    });
  } catch (cause) {
    unlock();
    throw cause;
  }
}

type Ask = (sql: string | undefined, params?: readonly SqlValue[]) => Promise<Record<string, unknown>[]>;

/** One statement or transaction after the other, urgent ones first: there is one connection. */
function takeTurns(): <T>(work: () => Promise<T>, urgent?: boolean) => Promise<T> {
  const waiting = { urgent: [] as (() => void)[], other: [] as (() => void)[] };
  let busy = false;
  return async (work, urgent = false) => {
    if (busy) await new Promise<void>((resolve) => waiting[urgent ? 'urgent' : 'other'].push(resolve));
    busy = true;
    try {
      return await work();
    } finally {
      const next = waiting.urgent.shift() ?? waiting.other.shift();
      if (next) next(); // the turn goes over without being free in between
      else busy = false;
    }
  };
}

async function inTransaction<T>(direct: Statements, work: (tx: Database) => Promise<T>): Promise<T> {
  await direct.exec('BEGIN');
  try {
    const result = await work(withSavepoints(direct));
    await direct.exec('COMMIT');
    return result;
  } catch (cause) {
    return leaveTransaction(direct, cause);
  }
}

/** Also for a text with its own BEGIN that failed on the way: what comes next on the one connection must not suffer. */
async function leaveTransaction(direct: Statements, cause: unknown): Promise<never> {
  await direct.exec('ROLLBACK').catch(() => {});
  throw cause;
}

function statements(ask: Ask): Statements {
  return {
    query: async <Row>(sql: string, params: readonly SqlValue[] = []) => (await ask(sql, params)) as Row[],
    exec: (sql) => ask(sql),
  };
}

async function startThread(dir: string): Promise<{ ask: Ask; close(): Promise<void> }> {
  const worker = new Worker(new URL('./pglite-thread.ts', import.meta.url), { workerData: { dir } });
  const waiting = new Map<number, { resolve(rows: Record<string, unknown>[]): void; reject(reason: Error): void }>();
  let gone: Error | undefined;
  let ids = 0;
  const expect = (id: number) => new Promise<Record<string, unknown>[]>((resolve, reject) => {
    if (gone) return reject(gone);
    // An open database keeps no process alive; a statement under way does.
    if (waiting.size === 0) worker.ref();
    waiting.set(id, { resolve, reject });
  });
  const settled = (id: number) => {
    const one = waiting.get(id)!;
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return one;
  };
  worker.on('message', (message: FromDatabaseThread) => {
    const { resolve, reject } = settled(message.id);
    if ('rows' in message) resolve(message.rows);
    else reject(Object.assign(new Error(message.error.message), message.error));
  });
  const end = (cause?: Error) => {
    gone ??= new VitrineError('internal', 'The embedded database is closed.', { cause });
    for (const id of [...waiting.keys()]) settled(id).reject(gone);
  };
  worker.on('error', end);
  worker.on('exit', () => end());
  const ask: Ask = (sql, params) => {
    const id = ++ids;
    const answer = expect(id);
    if (!gone) worker.postMessage({ id, sql, params } satisfies ToDatabaseThread);
    return answer;
  };
  await expect(0);
  return {
    ask,
    async close() {
      if (gone) return;
      await ask(undefined);
      await worker.terminate();
    },
  };
}
