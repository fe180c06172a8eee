import { evaluateShop } from '../services/evaluate-shop.ts';
import { required } from './command.ts';
import type { Command } from './command.ts';
import { evaluationJson, formatEvaluation } from './evaluation-table.ts';

export const command: Command = {
  usage: 'vitrine evaluate --shop NAME',
  options: { shop: { type: 'string' } },

  async run(invocation) {
    const shop = required(invocation, 'shop', 'my-shop');
    const evaluations = await evaluateShop(await invocation.openContext(), { shop });
    if (!invocation.values.json) invocation.terminal.out(evaluations.map(formatEvaluation).join('\n\n'));
    return evaluationJson(evaluations);
  },
};
