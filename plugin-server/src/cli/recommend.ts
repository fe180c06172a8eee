import { GOALS, VitrineError } from '@vitrine/sdk/core';
import { recommend } from '../services/recommend.ts';
import { oneOf, required, wholeNumber } from './command.ts';
import type { Command } from './command.ts';
import { formatTable } from './table.ts';

export const command: Command = {
  usage: `vitrine recommend --shop NAME --items A,B [options]

  --items A,B               product ids, the oldest first
  --goal ${GOALS.join('|')}   what to look at next, or what to buy with them (default purchase)
  --k N                     how many (default 10)`,
  options: { shop: { type: 'string' }, items: { type: 'string' }, goal: { type: 'string' }, k: { type: 'string' } },

  async run(invocation) {
    const shop = required(invocation, 'shop', 'my-shop');
    const items = required(invocation, 'items', '85123A,71053').split(',').map((id) => id.trim()).filter((id) => id !== '');
    if (items.length === 0) throw new VitrineError('bad_usage', '--items names no product, e.g. --items 85123A,71053.');
    const goal = oneOf(invocation, 'goal', GOALS);
    const limit = wholeNumber(invocation, 'k', 1, 100) ?? 10;
    const result = await recommend(await invocation.openContext(), { shop, items, goal, limit });
    if (!invocation.values.json) {
      invocation.terminal.out(formatTable(
        [{ heading: '', align: 'right' }, { heading: 'Product' }, { heading: 'Title' }, { heading: 'Score', align: 'right' }, { heading: 'From' }],
        result.items.map((item, at) => [String(at + 1), item.id, item.title, item.score.toFixed(3), item.reason.source])));
    }
    return { shop, ...result };
  },
};
