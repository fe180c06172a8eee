import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedDatabase, postgresDatabase } from '../bench/load/bench-database.ts';
import { killServer } from './kill-server.ts';

// A few of the fifty moments of "npm run bench -- kill".

for (const [name, open] of [['embedded', async () => embeddedDatabase()], ['server', postgresDatabase]] as const) {
  test(`killed while it does everything at once, it loses nothing it has acknowledged (${name})`, { timeout: 300_000 }, async (t) => {
    const database = await open();
    if (typeof database === 'string') return t.skip(database);
    t.after(() => database.close());
    const { faults, acknowledged } = await killServer(database, { kills: 3, seed: 7, note: (line) => t.diagnostic(line) });
    assert.deepEqual(faults, []);
    assert.ok(acknowledged.webhooks + acknowledged.events > 0, JSON.stringify(acknowledged));
  });
}
