import { GOALS, VitrineError, type Widget, WIDGETS } from '@vitrine/sdk/core';
import { recommend } from '../services/recommend.ts';
import { requireProducts } from '../services/require-products.ts';
import { type Invocation, oneOf, optional, required, wholeNumber } from './command.ts';
import type { Command } from './command.ts';
import { formatTable } from './table.ts';

export const command: Command = {
  usage: `vitrine recommend --shop NAME --items A,B [options]

  --items A,B               product ids, the oldest first
  --goal ${GOALS.join('|')}   what to look at next (for-you), or what to buy with them (bought-together, default)
  --kind KIND               a list instead: ${WIDGETS.join(', ')}
  --filter JSON             e.g. '{"types":["Shoes"],"price":{"max":50}}'
  --k N                     how many, up to 24 (default 10)`,
  options: { shop: { type: 'string' }, items: { type: 'string' }, goal: { type: 'string' }, kind: { type: 'string' }, filter: { type: 'string' }, k: { type: 'string' } },

  async run(invocation) {
    const shop = required(invocation, 'shop', 'my-shop');
    const items = required(invocation, 'items', '85123A,71053').split(',').map((id) => id.trim()).filter((id) => id !== '');
    if (items.length === 0) throw new VitrineError('bad_usage', '--items names no product, e.g. --items 85123A,71053.');
    const kind: Widget = oneOf(invocation, 'kind', WIDGETS) ?? (oneOf(invocation, 'goal', GOALS) === 'view' ? 'for-you' : 'bought-together');
    const limit = wholeNumber(invocation, 'k', 1, 24) ?? 10;
    const filter = readFilter(invocation);
    const ctx = await invocation.openContext();
    await requireProducts(ctx, { shop, ids: items });
    const isBasket = kind === 'bought-together';
    const isHistory = kind === 'recently-viewed' || kind === 'buy-again';
    const { items: shown, artifact } = await recommend(ctx, {
      shop, limit, list: { kind, filter, exclude: isHistory ? [] : items, ...(isBasket ? { productIds: items } : isHistory ? {} : { productId: items.at(-1) }) },
      shopper: { items: isBasket ? [] : items.map((id) => ({ id, kind: kind === 'buy-again' ? 'purchase' : 'view', at: ctx.clock() })) },
    });
    if (!invocation.values.json) {
      invocation.terminal.out(formatTable(
        [{ heading: '', align: 'right' }, { heading: 'Product' }, { heading: 'Title' }, { heading: 'Score', align: 'right' }, { heading: 'Because of' }],
        shown.map((item, at) => [String(at + 1), item.id, item.title, item.score.toFixed(3), [item.reason.source, item.reason.title].filter(Boolean).join(': ')])));
    }
    return { shop, items: shown, version: artifact };
  },
};

function readFilter(invocation: Invocation) {
  const text = optional(invocation, 'filter');
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    throw new VitrineError('bad_usage', `--filter is not JSON, e.g. --filter '{"types":["Shoes"]}'.`);
  }
}
