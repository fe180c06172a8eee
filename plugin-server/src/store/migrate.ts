import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { VitrineError } from '@vitrine/sdk/core';
import type { Database } from './database.ts';

export interface Migration {
  /** File name, which fixes the order: "0001_line.sql". */
  readonly name: string;
  readonly sql: string;
}

/** The key of the advisory lock that lets one process migrate at a time. */
const LOCK = 7_218_001;

/**
 * Brings the tables up to date: every migration once, in order, all in one transaction.
 *
 * @returns the names of those applied now.
 * @throws VitrineError `conflict` when an applied migration's text has changed, or the database is newer than this code.
 */
export async function migrate(db: Database, migrations?: readonly Migration[]): Promise<string[]> {
  const all = migrations ?? (await readMigrations());
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await tx.exec('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())');
    const rows = await tx.query<{ name: string; checksum: string }>('SELECT name, checksum FROM migrations ORDER BY name');
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    const known = new Set(all.map((migration) => migration.name));
    for (const { name } of rows) {
      if (!known.has(name)) throw new VitrineError('conflict', `The database has migration ${name}, which this version of Vitrine does not know. Run the newer version that made it.`);
    }
    const now: string[] = [];
    for (const { name, sql } of all) {
      const checksum = createHash('sha256').update(sql).digest('hex');
      const before = applied.get(name);
      if (before === checksum) continue;
      if (before !== undefined) throw new VitrineError('conflict', `Migration ${name} has changed since it was applied. Restore its text and put the change into a new file.`);
      await tx.exec(sql);
      await tx.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
      now.push(name);
    }
    return now;
  });
}

/** The migrations that ship with this code, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') })));
}
