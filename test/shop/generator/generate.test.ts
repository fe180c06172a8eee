import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateShop } from './generate.ts';
import { drawPicture } from './images.ts';

const END = new Date('2026-11-01T00:00:00Z');
const small = { seed: 7, products: 300, orders: 2_000, customers: 600, days: 200, end: END };
const shop = generateShop(small);

describe('generateShop', () => {
  test('same seed, same shop; another seed, another shop', () => {
    const again = generateShop(small);
    assert.equal(JSON.stringify(again.products), JSON.stringify(shop.products));
    assert.equal(JSON.stringify(again.orders), JSON.stringify(shop.orders));
    assert.equal(JSON.stringify(again.sessions), JSON.stringify(shop.sessions));
    assert.equal(again.truth.expectedDemand(shop.products[5].id, 50), shop.truth.expectedDemand(shop.products[5].id, 50));
    assert.notEqual(JSON.stringify(generateShop({ ...small, seed: 8 }).orders), JSON.stringify(shop.orders));
  });

  test('has what was asked for, with ids that are unique and grow with time', () => {
    assert.equal(shop.products.length, 300);
    assert.equal(shop.orders.length, 2_000);
    for (const list of [shop.products, shop.orders, shop.customers]) {
      assert.equal(new Set(list.map((item) => item.id)).size, list.length);
      for (const { id } of list) assert.match(id, /^\d{13,}$/);
    }
    assert.equal(new Set(shop.products.map((product) => product.handle)).size, shop.products.length);
    assert.equal(new Set(shop.products.flatMap((product) => product.variants.map((variant) => variant.id))).size, shop.products.reduce((n, product) => n + product.variants.length, 0));
    for (let i = 1; i < shop.orders.length; i++) {
      assert.ok(shop.orders[i].createdAt >= shop.orders[i - 1].createdAt);
      assert.ok(Number(shop.orders[i].id) > Number(shop.orders[i - 1].id));
    }
    const lineIds = shop.orders.flatMap((order) => order.lines.map((line) => line.id));
    assert.equal(new Set(lineIds).size, lineIds.length);
    assert.ok(shop.orders.every((order) => order.createdAt >= shop.start && order.createdAt < shop.end + 3_600_000));
    for (const product of shop.products) for (const variant of product.variants) assert.ok([0, 50, 99].includes(variant.price % 100), `${variant.price}`);
  });

  test('contains the awkward cases', () => {
    assert.ok(shop.orders.some((order) => order.lines.some((line) => line.productId === null)), 'a deleted product');
    assert.ok(shop.orders.some((order) => order.test), 'a test order');
    assert.ok(shop.orders.some((order) => order.cancelledAt !== null), 'a cancelled order');
    assert.ok(shop.orders.some((order) => order.lines.some((line) => line.refunded > 0)), 'a refund');
    assert.ok(shop.orders.some((order) => order.customerId === null), 'an order of nobody');
    assert.ok(shop.products.some((product) => product.variants.every((variant) => variant.quantity === 0)), 'a sold-out product');
    assert.ok(shop.products.some((product) => product.publishedAt === null), 'an unpublished product');
  });

  test('plants five kinds of fraud, about one order in a hundred', () => {
    const kinds = new Map<string, number>();
    for (const order of shop.orders) {
      const kind = shop.truth.fraudKind(order.id);
      if (kind) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    assert.deepEqual([...kinds.keys()].sort(), ['card-testing', 'country-mismatch', 'large-payments', 'new-account-express', 'shared-address']);
    const share = [...kinds.values()].reduce((a, b) => a + b, 0) / shop.orders.length;
    assert.ok(share > 0.002 && share < 0.04, `${share}`);
  });

  test('the stated purchase probability is calibrated', () => {
    const bins = Array.from({ length: 5 }, () => ({ n: 0, stated: 0, bought: 0 }));
    for (const session of shop.sessions) {
      const probabilities = shop.truth.purchaseProbability(session.id);
      assert.equal(probabilities.length, session.events.length);
      // The fourth event of each visit that has one: the cases are independent, and the choice does not look ahead.
      if (probabilities.length < 4) continue;
      const p = probabilities[3];
      const bin = bins[Math.min(4, Math.floor(p * 5))];
      bin.n++;
      bin.stated += p;
      bin.bought += session.orderId === null ? 0 : 1;
    }
    for (const { n, stated, bought } of bins) {
      if (n < 100) continue;
      const p = stated / n;
      assert.ok(Math.abs(bought / n - p) < 4 * Math.sqrt((p * (1 - p)) / n) + 0.01, `stated ${p}, seen ${bought / n} of ${n}`);
    }
  });

  test('expected demand adds up to what was sold, and follows it by product', () => {
    const sold = new Map<string, number>();
    let total = 0;
    for (const order of shop.orders) {
      if (shop.truth.fraudKind(order.id)) continue;
      for (const line of order.lines) {
        if (line.productId === null) continue;
        sold.set(line.productId, (sold.get(line.productId) ?? 0) + line.quantity);
        total += line.quantity;
      }
    }
    const expected = new Map<string, number>();
    for (let day = 3; day < 200; day += 7) for (const { id } of shop.products) expected.set(id, (expected.get(id) ?? 0) + 7 * shop.truth.expectedDemand(id, day));
    const sum = [...expected.values()].reduce((a, b) => a + b, 0);
    assert.ok(sum > 0.8 * total && sum < 1.2 * total, `${sum} expected, ${total} sold`);
    const order = shop.products.map(({ id }) => id).sort((a, b) => expected.get(b)! - expected.get(a)!);
    const units = (ids: readonly string[]): number => ids.reduce((n, id) => n + (sold.get(id) ?? 0), 0);
    assert.ok(units(order.slice(0, 30)) > 5 * units(order.slice(150, 180)), 'the thirty strongest sell far more than thirty in the middle');
    assert.equal(shop.truth.expectedDemand(shop.products[0].id, -1), 0);
    assert.equal(shop.truth.expectedDemand(shop.products[0].id, 200), 0);
    assert.throws(() => shop.truth.expectedDemand('__proto__', 1), RangeError);
  });

  test('nothing sells before its launch or while it is out of stock', () => {
    const byId = new Map(shop.products.map((product) => [product.id, product]));
    for (const order of shop.orders) {
      if (shop.truth.fraudKind(order.id)) continue;
      for (const line of order.lines) {
        if (line.productId === null) continue;
        assert.ok(byId.get(line.productId)!.createdAt <= order.createdAt + 86_400_000);
        const day = Math.floor((order.createdAt - shop.start) / 86_400_000);
        // A visit that begins before midnight may end after it.
        for (const [from, to] of shop.truth.stockOuts(line.productId)) assert.ok(day <= from || day >= to, `${line.productId} on day ${day}`);
      }
    }
  });

  test('baskets hold what goes together more often than chance', () => {
    let together = 0, shuffled = 0;
    const first = shop.orders.filter((order) => order.lines.length > 1 && order.lines[0].productId !== null && order.lines[1].productId !== null);
    first.forEach((order, i) => {
      const goesWith = new Set(shop.truth.complements(order.lines[0].productId!).map((entry) => entry.productId));
      if (goesWith.has(order.lines[1].productId!)) together++;
      if (goesWith.has(first[(i + 1) % first.length].lines[1].productId!)) shuffled++;
    });
    assert.ok(together > 3 * shuffled, `${together} against ${shuffled} of ${first.length}`);
  });

  test('tiny and empty shops are drawn too', () => {
    assert.equal(generateShop({ products: 0, orders: 50, customers: 5, days: 10, end: END }).orders.length, 0);
    const tiny = generateShop({ products: 1, orders: 3, customers: 1, days: 5, end: END });
    assert.equal(tiny.products.length, 1);
    assert.ok(tiny.orders.length <= 3);
    assert.equal(generateShop({ products: 30, orders: 0, customers: 5, days: 5, end: END }).orders.length, 0);
  });
});

test('a picture is well formed and depends on its arguments only', () => {
  for (const product of shop.products.slice(0, 60)) {
    const picture = drawPicture(product.id, product.picture);
    assert.equal(picture, drawPicture(product.id, product.picture));
    assert.match(picture, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*>.*<\/svg>$/);
    assert.doesNotMatch(picture, /NaN|undefined|<script/);
  }
});
