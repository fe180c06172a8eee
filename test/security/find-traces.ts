import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { decodeArtifact } from '@vitrine/sdk/core';
import type { Database } from '../../plugin-server/src/store/database.ts';

/**
 * Where one of these texts is stored: every column of every table of every schema, read as text and, where it holds bytes,
 * as the text that those bytes are; every artifact's bytes and decoded tensors; every file beside the database.
 *
 * @param home VITRINE_HOME; its folder `data` is the database, which is searched as tables
 * @returns "table: text" for each place
 */
export async function findTraces(db: Database, texts: readonly string[], home?: string): Promise<string[]> {
  const found = new Set<string>();
  const look = (place: string, content: string) => {
    for (const text of texts) if (content.includes(text)) found.add(`${place}: ${text}`);
  };
  const tables = await db.query<{ schema: string; name: string }>(
    `SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema <> 'information_schema' AND table_schema !~ '^pg_' ORDER BY 1, 2`);
  for (const { schema, name } of tables) {
    for (const { row } of await db.query<{ row: string }>(`SELECT t::text AS row FROM "${schema}"."${name}" t`)) {
      look(`${schema}.${name}`, row);
      for (const [, hex] of row.matchAll(/\\\\x((?:[\da-f]{2})+)/g)) look(`${schema}.${name}`, Buffer.from(hex!, 'hex').toString('latin1'));
    }
  }
  for (const { hash, bytes } of await db.query<{ hash: string; bytes: Uint8Array }>('SELECT hash, bytes FROM artifacts')) {
    const { manifest, tensors } = decodeArtifact(new Uint8Array(bytes));
    look(`artifact ${hash}`, JSON.stringify(manifest));
    for (const [name, data] of tensors) look(`artifact ${hash}, ${name}`, Array.isArray(data) ? data.join('\n') : '');
  }
  if (home !== undefined) {
    for (const path of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
      if (path === 'data' || path.startsWith(`data${sep}`)) continue;
      try {
        look(path, readFileSync(join(home, path), 'latin1'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
      }
    }
  }
  return [...found].sort();
}
