import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../postgres.ts';

/** A database for a bench, empty, with the environment that makes a server use it. */
export interface BenchDatabase {
  readonly name: 'embedded' | 'PostgreSQL';
  readonly env: Readonly<Record<'VITRINE_HOME' | 'VITRINE_SECRET' | 'DATABASE_URL', string>>;
  close(): Promise<void>;
}

const SECRET = 'a secret that is only used by benches';

/** The embedded database in a new folder. */
export function embeddedDatabase(): BenchDatabase {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  return {
    name: 'embedded', env: { VITRINE_HOME: home, VITRINE_SECRET: SECRET, DATABASE_URL: '' },
    close: async () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A PostgreSQL server of this machine's binaries, as it comes: it waits for the disk. Else a sentence why there is none. */
export async function postgresDatabase(): Promise<BenchDatabase | string> {
  const server = await startPostgres({ durable: true });
  if (typeof server === 'string') return server;
  const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  return {
    name: 'PostgreSQL', env: { VITRINE_HOME: home, VITRINE_SECRET: SECRET, DATABASE_URL: server.url },
    async close() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Both kinds, one after the other; `note` says why one is left out. */
export async function onBothDatabases<T>(note: (line: string) => void, measure: (database: BenchDatabase) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const open of [async () => embeddedDatabase(), postgresDatabase]) {
    const database = await open();
    if (typeof database === 'string') {
      note(`PostgreSQL is left out. ${database}`);
      continue;
    }
    try {
      note(`${database.name} …`);
      results.push(await measure(database));
    } finally {
      await database.close();
    }
  }
  return results;
}
