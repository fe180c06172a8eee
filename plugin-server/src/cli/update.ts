import { DEVICES } from '../config.ts';
import { updateShop } from '../services/update-shop.ts';
import { oneOf, required, wholeNumber } from './command.ts';
import type { Command } from './command.ts';
import { bytes, duration } from './table.ts';
import { progressLine } from './terminal.ts';

export const command: Command = {
  usage: `vitrine update --shop NAME [options]

  --publish      makes the updated model live, unless it is broken
  --seed N       the same seed on the same data gives the same model
  --device WHAT  ${DEVICES.join(', ')} (default: VITRINE_DEVICE, or auto)

  Goes on from the published model: learns from the orders and visits that came since, and gives new products a place by
  their titles, types, vendors, tags and prices. Says when a full training (vitrine train) is due, and why.`,
  options: { shop: { type: 'string' }, publish: { type: 'boolean' }, seed: { type: 'string' }, device: { type: 'string' } },

  async run(invocation) {
    const { terminal, signal } = invocation;
    const shop = required(invocation, 'shop', 'my-shop');
    const seed = wholeNumber(invocation, 'seed', 0, 2 ** 31 - 1);
    const device = oneOf(invocation, 'device', DEVICES);
    const ctx = await invocation.openContext();
    const show = progressLine(terminal);
    const result = await updateShop(ctx, {
      shop, seed, device, signal, publish: invocation.values.publish === true, onNote: terminal.note,
      onProgress: ({ step, steps, loss, secondsLeft }) => show(() => `Updating  step ${step}/${steps}  loss ${loss.toFixed(4)}  ${duration(secondsLeft)} left`),
    });
    const { onNew, groups, placed, after, wantsTraining, sequence, notPublished } = result;
    if (!invocation.values.json) {
      terminal.out(`${groups} new orders and visits, ${placed} products placed by their content.`);
      if (onNew.cases > 0) terminal.out(`On what was new (${onNew.cases} cases) the published model's NDCG@20 was ${onNew.live.ndcg.toFixed(4)}, co-purchase's ${onNew.coPurchase.ndcg.toFixed(4)}; having learned from it, ${after.toFixed(4)}.`);
      if (wantsTraining !== undefined) terminal.out(`A full training is due: ${wantsTraining}. Run: vitrine train --shop ${shop}`);
      terminal.out(`Updated: run ${result.runId}, ${bytes(result.bytes)} (${Object.entries(result.seconds).map(([stage, seconds]) => `${stage} ${duration(seconds)}`).join(', ')}).`);
      terminal.out(sequence !== undefined ? `Live: release ${sequence}.` : notPublished ?? `Next: vitrine publish --shop ${shop} --force`);
    }
    return { shop, runId: result.runId, artifact: { hash: result.artifactHash, bytes: result.bytes }, onNew, after, groups, placed, wantsTraining, sequence, notPublished, seconds: result.seconds };
  },
};
