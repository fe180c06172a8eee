import { trainShop } from '../services/train-shop.ts';
import { required, wholeNumber } from './command.ts';
import type { Command } from './command.ts';
import { evaluationJson, formatEvaluation } from './evaluation-table.ts';
import { bytes, duration } from './table.ts';
import { progressLine } from './terminal.ts';

export const command: Command = {
  usage: `vitrine train --shop NAME [options]

  --epochs N   passes over the data (default: chosen by size)
  --seed N     the same seed on the same data trains the same model`,
  options: { shop: { type: 'string' }, epochs: { type: 'string' }, seed: { type: 'string' } },

  async run(invocation) {
    const { terminal, signal } = invocation;
    const shop = required(invocation, 'shop', 'my-shop');
    const epochs = wholeNumber(invocation, 'epochs', 1, 10_000);
    const seed = wholeNumber(invocation, 'seed', 0, 2 ** 31 - 1);
    const ctx = await invocation.openContext();
    const show = progressLine(terminal);
    const result = await trainShop(ctx, {
      shop, epochs, seed, signal,
      onProgress: (progress) => show(() => {
        const { validation } = progress;
        return `Training  epoch ${progress.epoch}/${progress.epochs}  step ${progress.step}/${progress.steps}  loss ${progress.loss.toFixed(4)}`
          + `${validation ? `  ${validation.name} ${validation.value.toFixed(4)}` : ''}  ${duration(progress.secondsLeft)} left`;
      }),
    });
    if (!invocation.values.json) {
      for (const evaluation of result.evaluations) terminal.out(`${formatEvaluation(evaluation)}\n`);
      const stages = Object.entries(result.seconds).map(([stage, seconds]) => `${stage} ${duration(seconds)}`).join(', ');
      terminal.out(`Trained: run ${result.runId}, ${bytes(result.bytes)} (${stages}).\nNext: vitrine publish --shop ${shop}`);
    }
    return { shop, runId: result.runId, artifact: { hash: result.artifactHash, bytes: result.bytes }, seconds: result.seconds, evaluation: evaluationJson(result.evaluations) };
  },
};
