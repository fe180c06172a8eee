import { publishRelease } from '../services/publish-release.ts';
import { optional, required } from './command.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: `vitrine publish --shop NAME [options]

  --hash HASH   this artifact instead of the newest
  --force       publish even a model that does not beat its baselines`,
  options: { shop: { type: 'string' }, hash: { type: 'string' }, force: { type: 'boolean' } },

  async run(invocation) {
    const shop = required(invocation, 'shop', 'my-shop');
    const release = await publishRelease(await invocation.openContext(), {
      shop, hash: optional(invocation, 'hash'), force: invocation.values.force === true,
    });
    if (!invocation.values.json) invocation.terminal.out(`Release ${release.sequence} is live: version ${release.version}.`);
    return { shop, ...release };
  },
};
