import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TEST_CONFIG, withContext } from '../../../test/context.ts';
import type { Context } from '../context.ts';
import type { AccessToken } from '../shopify/access-token.ts';
import { listOpenDataRequests } from '../store/privacy-requests.ts';
import { customerKey, identityKey, openSealed } from '../store/sealing.ts';
import { findShop } from '../store/shops.ts';
import { loadToken, saveToken } from './connect-admin.ts';
import { createFileShop } from './create-file-shop.ts';
import { exportCustomer } from './export-customer.ts';
import { receiveDataRequest } from './receive-data-request.ts';
import { checkSecret, reseal } from './reseal.ts';
import { storeOrder } from './store-orders.ts';

const [SHOP, OLD] = ['demo.myshopify.com', 'legacy.myshopify.com'];
const NEW = 'a new secret, which is also long enough';

const under = (ctx: Context, secret: string, ...previousSecrets: string[]): Context => ({ ...ctx, config: { ...TEST_CONFIG, secret, previousSecrets } });
const token: AccessToken = { sessionId: `offline_${SHOP}`, shop: SHOP, accessToken: 'shpat_canary', scope: '', expiresAt: 1, refreshToken: 'shprt_canary', refreshExpiresAt: null };

test('after a change of the secret everything opens, the customers stay who they are, and the old secret can be forgotten', async (t) => {
  const ctx = await withContext(t);
  for (const shop of [SHOP, OLD]) {
    await createFileShop(ctx, { shop });
    if (shop === OLD) await ctx.db.query('UPDATE shops SET identity_key = NULL WHERE shop_id = $1', [OLD]);
    await storeOrder(ctx, { shop, orders: [{ id: '1', customerId: '77', orderedAt: 1, currency: null, total: 1, cancelledAt: null, updatedAt: 1 }], lines: [] });
    await receiveDataRequest(ctx, { shop, subject: { customerId: '77', orderIds: [] }, requestId: 'r', receivedAt: 1 });
  }
  await saveToken(ctx, token);
  const before = await ctx.db.query('SELECT shop_id, customer_key FROM orders ORDER BY 1');
  assert.equal(new Set(before.map(({ customer_key }) => customer_key)).size, 2);

  await assert.rejects(checkSecret(under(ctx, NEW)), (error: Error) => /VITRINE_SECRET_PREVIOUS/.test(error.message) && !error.message.includes('\n'));
  const both = under(ctx, NEW, TEST_CONFIG.secret);
  await checkSecret(both);
  assert.equal((await loadToken(both, SHOP))!.accessToken, 'shpat_canary');
  assert.deepEqual(await reseal(both), { sealed: 5, resealed: 5 });
  assert.deepEqual(await reseal(both), { sealed: 5, resealed: 0 });

  const after = under(ctx, NEW);
  await checkSecret(after);
  assert.deepEqual(await loadToken(after, SHOP), token);
  assert.equal((await listOpenDataRequests(ctx.db)).length, 2);
  for (const { subject } of await listOpenDataRequests(ctx.db)) assert.match(Buffer.from(openSealed(after.config, subject)).toString(), /"77"/);
  for (const { shop_id, customer_key } of before as { shop_id: string; customer_key: string }[]) {
    const shop = (await findShop(ctx.db, shop_id))!;
    assert.equal(customerKey(identityKey(after.config, shop), shop_id, '77'), customer_key);
    assert.equal((await exportCustomer(after, { shop: shop_id, subject: { customerId: '77', orderIds: [] } })).orders.length, 1);
  }
  await assert.rejects(checkSecret(ctx), { code: 'bad_config' });
});

test('what opens with none of the secrets is named, the rest is sealed anew', async (t) => {
  const ctx = await withContext(t);
  await createFileShop(under(ctx, 'a secret that nobody remembers any more'), { shop: OLD });
  await createFileShop(ctx, { shop: SHOP });
  await saveToken(ctx, token);
  const both = under(ctx, NEW, TEST_CONFIG.secret);
  await assert.rejects(reseal(both), (error: Error) => error.message.includes(OLD) && !error.message.includes(SHOP));
  assert.deepEqual(await loadToken(under(ctx, NEW), SHOP), token);
});
