import { ACTIONS, type Rule, STOCK, VitrineError, WIDGETS } from '@vitrine/sdk/core';
import { addRule } from '../services/add-rule.ts';
import { listRules } from '../services/list-rules.ts';
import { removeRule } from '../services/remove-rule.ts';
import { type Invocation, oneOf, optional, required, wholeNumber } from './command.ts';
import type { Command } from './command.ts';
import { formatTable } from './table.ts';

export const command: Command = {
  usage: `vitrine rules list|add|remove --shop NAME [options]

What storefronts follow within a minute, without another training. "remove" takes --id.
  --action ${ACTIONS.join('|')}
  --kinds A,B               lists it holds for, of ${WIDGETS.join(', ')} (default all)
  --products A,B            the products by their ids; or these, all of which must hold:
  --types A,B  --vendors A,B  --tags A,B  --without-tags A,B
  --price-min N  --price-max N  --stock ${STOCK.join(',')}
  --place N                 pin: the place of the first product, 1 is the first (default 1)
  --factor N                boost and bury: 1 to 10 (default 2)`,
  options: {
    shop: { type: 'string' }, id: { type: 'string' }, action: { type: 'string' }, kinds: { type: 'string' }, products: { type: 'string' }, types: { type: 'string' },
    vendors: { type: 'string' }, tags: { type: 'string' }, 'without-tags': { type: 'string' }, 'price-min': { type: 'string' }, 'price-max': { type: 'string' },
    stock: { type: 'string' }, place: { type: 'string' }, factor: { type: 'string' },
  },
  arguments: ['list|add|remove'],

  async run(invocation) {
    const { positionals: [verb], values: { json }, terminal } = invocation;
    const shop = required(invocation, 'shop', 'my-shop');
    if (verb === 'list') {
      const rules = await listRules(await invocation.openContext(), { shop });
      if (!json) {
        terminal.out(rules.length === 0 ? `Shop "${shop}" has no rules.` : formatTable(
          [{ heading: 'Rule' }, { heading: 'Action' }, { heading: 'Lists' }, { heading: 'Products' }], rules.map((rule) => [rule.id!, actionOf(rule), rule.kinds?.join(', ') ?? 'all', productsOf(rule)])));
      }
      return { shop, rules };
    }
    if (verb === 'add') {
      const asked = readRule(invocation);
      const rule = await addRule(await invocation.openContext(), { shop, rule: asked });
      if (!json) terminal.out(`Rule ${rule.id}: ${actionOf(rule)}, ${productsOf(rule)}. Storefronts follow it within a minute.`);
      return { shop, rule };
    }
    if (verb === 'remove') {
      const id = required(invocation, 'id', '1f3a5c7e9b0d');
      const result = await removeRule(await invocation.openContext(), { shop, id });
      if (!json) terminal.out(`Rule ${id} is gone.`);
      return { shop, ...result };
    }
    throw new VitrineError('bad_usage', `vitrine rules takes list, add or remove, not "${verb}". See: vitrine help rules`);
  },
};

function readRule(invocation: Invocation): Rule {
  const texts = (name: string) => optional(invocation, name)?.split(',').map((value) => value.trim()).filter(Boolean);
  const number = (name: string) => {
    const text = optional(invocation, name);
    if (text === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(text)) throw new VitrineError('bad_usage', `--${name} must be a number, not "${text}".`);
    return Number(text);
  };
  required(invocation, 'action', 'boost');
  const action = oneOf(invocation, 'action', ACTIONS)!;
  const place = wholeNumber(invocation, 'place', 1, 24);
  const price = { min: number('price-min'), max: number('price-max') };
  const tags = { any: texts('tags'), none: texts('without-tags') };
  const filter = {
    types: texts('types'), vendors: texts('vendors'), stock: texts('stock') as NonNullable<Rule['filter']>['stock'],
    ...((tags.any ?? tags.none) && { tags }), ...((price.min ?? price.max) !== undefined && { price }),
  };
  const asksAttributes = Object.values(filter).some((value) => value !== undefined);
  // As JSON: what is undefined is not there.
  return JSON.parse(JSON.stringify({
    action, kinds: texts('kinds'), productIds: texts('products'), filter: asksAttributes ? filter : undefined, factor: number('factor'), position: place === undefined ? undefined : place - 1,
  })) as Rule;
}

const actionOf = ({ action, position = 0, factor = 2 }: Rule): string =>
  action === 'pin' ? `pin to place ${position + 1}` : action === 'boost' || action === 'bury' ? `${action} by ${factor}` : action;

const productsOf = ({ productIds, filter }: Rule): string => productIds?.join(', ') ?? JSON.stringify(filter);
