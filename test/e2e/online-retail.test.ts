import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Context } from '../../plugin-server/src/context.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { withDatabase } from '../database.ts';

const folder = process.env.VITRINE_DATA ?? new URL('../../../shared/data', import.meta.url).pathname;
const file = join(folder, 'online-retail', 'online-retail.csv.gz');
const absent = existsSync(file) ? false : 'the online-retail data is not in VITRINE_DATA';

// The published counts of the set (UCI, 2015) are 541,909 rows, 9,288 of them cancellations, and 5,268 exact duplicates,
// of which 37 are themselves cancellations and so are counted there.
test('online-retail: every row is kept or left out for a reason, once', { skip: absent }, async (t) => {
  const db = await withDatabase(t);
  const ctx = { db, config: { secret: 's'.repeat(32) }, clock: Date.now, log: silentLog } as unknown as Context;
  const report = await importFile(ctx, { path: file, shop: 'online-retail', currency: 'GBP' });

  assert.deepEqual(report.rows, { read: 541_909, kept: 522_534 });
  const dropped = Object.fromEntries(report.dropped.map(({ reason, rows }) => [reason, rows]));
  assert.deepEqual(dropped, { cancelled: 9_288, duplicate: 5_268 - 37, not_a_product: 2_359, returned: 1_336, bad_price: 1_140, adjustment: 19, reversed: 2 });
  assert.equal(report.rows.kept + Object.values(dropped).reduce((sum, rows) => sum + rows, 0), report.rows.read);
  assert.deepEqual([report.from, report.to, report.customers, report.currency], ['2010-12-01T08:26:00.000Z', '2011-12-09T12:50:00.000Z', 4_333, 'GBP']);
  assert.deepEqual(report.nonProducts?.map(({ code }) => code).slice(0, 5), ['POST', 'DOT', 'M', 'C2', 'BANK CHARGES']);
  assert.deepEqual([report.orders?.inserted, report.products?.inserted], [19_771, 3_905]);

  const [sums] = await db.query(
    `SELECT count(*)::int AS lines, sum(quantity)::int AS units, round(sum(quantity * unit_price))::int AS revenue FROM order_lines`);
  assert.deepEqual(sums, { lines: 517_733, units: 5_406_173, revenue: 10_001_483 });
  const [heart] = await db.query(`SELECT title FROM products WHERE product_id = '85123A'`);
  assert.deepEqual(heart, { title: 'WHITE HANGING HEART T-LIGHT HOLDER' });

  const again = await importFile(ctx, { path: file, shop: 'online-retail' });
  assert.deepEqual(again.orders, { inserted: 0, updated: 0, unchanged: 19_771 });
  assert.deepEqual(again.products, { inserted: 0, updated: 0, unchanged: 3_905 });
});
