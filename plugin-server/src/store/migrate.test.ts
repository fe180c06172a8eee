import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { withDatabase } from '../../../test/database.ts';
import { migrate, readMigrations } from './migrate.ts';

const first = { name: '0001_a.sql', sql: 'CREATE TABLE a (x integer); INSERT INTO a VALUES (1);' };
const second = { name: '0002_b.sql', sql: 'ALTER TABLE a ADD COLUMN y integer;' };
const conflict = (text: RegExp) => (error: VitrineError) => error.code === 'conflict' && text.test(error.message);

test('each migration runs once, in order', async (t) => {
  const db = await withDatabase(t, { migrated: false });
  assert.deepEqual(await migrate(db, [first]), ['0001_a.sql']);
  assert.deepEqual(await migrate(db, [first, second]), ['0002_b.sql']);
  assert.deepEqual(await migrate(db, [first, second]), []);
  assert.deepEqual(await db.query('SELECT x, y FROM a'), [{ x: 1, y: null }]);
});

test('a changed migration, and a database from the future, are refused', async (t) => {
  const db = await withDatabase(t, { migrated: false });
  await migrate(db, [first, second]);
  await assert.rejects(migrate(db, [{ ...first, sql: 'CREATE TABLE b ()' }, second]), conflict(/0001_a\.sql has changed/));
  await assert.rejects(migrate(db, [first]), conflict(/0002_b\.sql, which this version/));
});

test('one that fails leaves nothing behind', async (t) => {
  const db = await withDatabase(t, { migrated: false });
  await assert.rejects(migrate(db, [first, { name: '0002_b.sql', sql: 'CREATE TABLE c (); SELECT 1 / 0;' }]));
  assert.deepEqual(await db.query("SELECT to_regclass('a') AS a, to_regclass('c') AS c, to_regclass('migrations') AS m"), [{ a: null, c: null, m: null }]);
});

test('the shipped migrations are numbered without a gap', async () => {
  const names = (await readMigrations()).map(({ name }) => Number(name.slice(0, 4)));
  assert.ok(names.length > 0);
  assert.deepEqual(names, names.map((_, index) => index + 1));
});
