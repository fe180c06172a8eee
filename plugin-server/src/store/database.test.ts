import assert from 'node:assert/strict';
import { testBothDatabases } from '../../../test/database.ts';

testBothDatabases('values come back as documented', async (db) => {
  const at = new Date('2026-11-23T10:00:00.123Z');
  const bytes = Uint8Array.of(0, 1, 254, 255);
  const [row] = await db.query(
    'SELECT $1::timestamptz AS at, $2::bytea AS bytes, $3::jsonb AS json, $4::bigint AS count, $5::bigint AS huge, $6::text AS text, $7::double precision AS number, $8::boolean AS yes, $9::text AS nothing',
    [at, bytes, { a: [1, { b: null }], 'q"': "'" }, 12, 2n ** 60n, 'π "quoted" \\ \n', -0.5, true, null],
  );
  assert.deepEqual(row!.at, at);
  assert.deepEqual(new Uint8Array(row!.bytes as Uint8Array), bytes);
  assert.deepEqual(row!.json, { a: [1, { b: null }], 'q"': "'" });
  assert.deepEqual([row!.count, row!.huge, row!.text, row!.number, row!.yes, row!.nothing], [12, 2n ** 60n, 'π "quoted" \\ \n', -0.5, true, null]);
});

testBothDatabases('arrays travel through unnest', async (db) => {
  const texts = ['a', null, 'NULL', '', '{"x":1}', 'back\\slash', 'com,ma', "it's"];
  const times = texts.map((_, index) => new Date(1e12 + index));
  const rows = await db.query(
    'SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::double precision[], $4::integer[], $5::boolean[]) AS t(text, at, number, whole, yes)',
    [texts, times, texts.map((_, index) => index / 8), texts.map((_, index) => index), texts.map((_, index) => index % 2 === 0)],
  );
  assert.deepEqual(rows.map((row) => row.text), texts);
  assert.deepEqual(rows.map((row) => row.at), times);
  assert.deepEqual(rows.map((row) => row.number), texts.map((_, index) => index / 8));
  assert.deepEqual(rows.map((row) => row.whole), texts.map((_, index) => index));
  assert.deepEqual(rows.map((row) => row.yes), texts.map((_, index) => index % 2 === 0));
});

testBothDatabases('JSON text stays JSON', async (db) => {
  const [row] = await db.query('SELECT $1::jsonb AS list, (SELECT array_agg(x) FROM unnest($2::jsonb[]) AS x) AS many', [JSON.stringify([1, 2]), ['{"a":1}', '"b"']]);
  assert.deepEqual(row!.list, [1, 2]);
  assert.deepEqual(row!.many, [{ a: 1 }, 'b']);
});

testBothDatabases('exec returns the rows of every statement', async (db) => {
  assert.deepEqual(await db.exec('SELECT 1 AS a; SELECT 2 AS a; SELECT 3 AS a WHERE false'), [{ a: 1 }, { a: 2 }]);
});

testBothDatabases('a throw rolls a transaction back, a savepoint only its part', async (db) => {
  await db.exec('CREATE TABLE t (x integer)');
  await assert.rejects(db.transaction(async (tx) => {
    await tx.query('INSERT INTO t VALUES ($1)', [1]);
    throw new Error('no');
  }), /no/);
  await db.transaction(async (tx) => {
    await tx.query('INSERT INTO t VALUES (2)');
    await assert.rejects(tx.transaction(async (inner) => {
      await inner.query('INSERT INTO t VALUES (3)');
      await inner.query('SELECT 1 / 0');
    }), /division by zero/);
    await tx.transaction(async (inner) => { await inner.query('INSERT INTO t VALUES (4)'); });
  });
  assert.deepEqual(await db.query('SELECT x FROM t ORDER BY x'), [{ x: 2 }, { x: 4 }]);
});

testBothDatabases('a text that fails within its own transaction does not spoil what comes next', async (db) => {
  await assert.rejects(db.exec('BEGIN; SELECT 1 / 0; COMMIT'), /division by zero/);
  for (let again = 0; again < 12; again++) assert.deepEqual(await db.query('SELECT 1 AS one'), [{ one: 1 }]);
});
