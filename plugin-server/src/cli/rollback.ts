import { rollback } from '../services/rollback.ts';
import { required } from './command.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: 'vitrine rollback --shop NAME',
  options: { shop: { type: 'string' } },

  async run(invocation) {
    const shop = required(invocation, 'shop', 'my-shop');
    const release = await rollback(await invocation.openContext(), { shop });
    if (!invocation.values.json) invocation.terminal.out(`Release ${release.sequence} is live: version ${release.version} again.`);
    return { shop, ...release };
  },
};
