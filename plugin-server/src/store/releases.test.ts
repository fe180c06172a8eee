import assert from 'node:assert/strict';
import { testBothDatabases } from '../../../test/database.ts';
import { findLiveRelease, insertRelease, listReleases } from './releases.ts';

testBothDatabases('releases that come at once stand one behind the other, and none is lost', async (db) => {
  for (const shop of ['s', 'other']) {
    await db.query("INSERT INTO shops (shop_id, source, name, publishable_key, signing_key, installed_at) VALUES ($1, 'file', $1, $1, '', now())", [shop]);
  }
  const hashes = Array.from({ length: 12 }, (_, at) => `hash-${at}`);
  const sequences = await Promise.all(hashes.map((hash, at) => insertRelease(db, 's', { hash, reason: 'publish', publishedAt: 1_000 + at })));
  assert.deepEqual([...sequences].sort((a, b) => a - b), hashes.map((_, at) => at + 1));
  assert.equal(await insertRelease(db, 'other', { hash: 'hash-0', reason: 'publish', publishedAt: 1_000 }), 1);

  const stored = await listReleases(db, 's');
  assert.deepEqual(stored.map(({ sequence }) => sequence), hashes.map((_, at) => hashes.length - at));
  assert.deepEqual(stored.map(({ hash }) => hash).sort(), [...hashes].sort());
  assert.equal((await findLiveRelease(db, 's'))?.hash, hashes[sequences.indexOf(hashes.length)]);
});
