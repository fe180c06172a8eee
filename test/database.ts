import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openPglite } from '../plugin-server/src/store/pglite.ts';
import { openPostgres } from '../plugin-server/src/store/postgres.ts';
import { migrate } from '../plugin-server/src/store/migrate.ts';
import type { Database } from '../plugin-server/src/store/database.ts';
import { findPostgres } from './postgres.ts';

/** Opening an embedded database takes seconds: tests of one file hand theirs on, emptied. */
const idle: Database[] = [];

/**
 * A migrated, empty embedded database, given back with the test.
 *
 * @example
 * test('…', async (t) => { const db = await withDatabase(t); … });
 */
export async function withDatabase(t: Pick<TestContext, 'after'>, options: { migrated?: boolean } = {}): Promise<Database> {
  const db = idle.pop() ?? (await openPglite('memory://'));
  t.after(async () => {
    const schemas = await db.query<{ name: string }>("SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'");
    await db.exec(`${schemas.map(({ name }) => `DROP SCHEMA "${name}" CASCADE;`).join(' ')} CREATE SCHEMA public`);
    idle.push(db);
  });
  if (options.migrated !== false) await migrate(db);
  return { ...db, close: async () => {} };
}

/**
 * A migrated, empty database on a real PostgreSQL server, dropped with the test; `undefined`, with the test marked as
 * skipped, where the machine has none.
 */
export async function withPostgres(t: Pick<TestContext, 'after' | 'skip'>, options: { migrated?: boolean } = {}): Promise<{ db: Database; url: string } | undefined> {
  const server = await findPostgres();
  if (typeof server === 'string') {
    t.skip(server);
    return undefined;
  }
  const name = `vitrine_test_${randomBytes(6).toString('hex')}`;
  const admin = await openPostgres(server.url, { maxConnections: 1 });
  await admin.exec(`CREATE DATABASE ${name}`);
  const address = new URL(server.url.replace('@/', '@socket/')); // a socket's address has no host, which URL refuses
  address.pathname = `/${name}`;
  const url = address.href.replace('@socket/', '@/');
  const db = await openPostgres(url);
  t.after(async () => {
    await db.close();
    await admin.exec(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.close();
  });
  if (options.migrated !== false) await migrate(db);
  return { db, url };
}

/** Declares one test for each kind of database: the embedded one, and a server where the machine has one. */
export function testBothDatabases(name: string, body: (db: Database, t: TestContext) => Promise<void>): void {
  test(`${name} (embedded)`, async (t) => body(await withDatabase(t), t));
  test(`${name} (server)`, async (t) => {
    const opened = await withPostgres(t);
    if (opened) await body(opened.db, t);
  });
}
