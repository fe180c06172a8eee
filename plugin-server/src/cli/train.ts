import { DEVICES } from '../config.ts';
import { trainShop } from '../services/train-shop.ts';
import { oneOf, required, timeSpan, wholeNumber } from './command.ts';
import type { Command } from './command.ts';
import { evaluationJson, formatEvaluation } from './evaluation-table.ts';
import { formatSearch } from './search-table.ts';
import { bytes, duration } from './table.ts';
import { progressLine } from './terminal.ts';

export const command: Command = {
  usage: `vitrine train --shop NAME [options]

  --epochs N     passes over the data (default: chosen by size)
  --seed N       the same seed on the same data trains the same model
  --search TIME  tries other settings for so long, e.g. 90s, 20m, 2h, and keeps the best on validation
  --device WHAT  ${DEVICES.join(', ')} (default: VITRINE_DEVICE, or auto: the GPU if it is faster)

  A training that was stopped or killed goes on where it stood when it is started again with the same options.`,
  options: { shop: { type: 'string' }, epochs: { type: 'string' }, seed: { type: 'string' }, device: { type: 'string' }, search: { type: 'string' } },

  async run(invocation) {
    const { terminal, signal } = invocation;
    const shop = required(invocation, 'shop', 'my-shop');
    const epochs = wholeNumber(invocation, 'epochs', 1, 10_000);
    const seed = wholeNumber(invocation, 'seed', 0, 2 ** 31 - 1);
    const searchSeconds = timeSpan(invocation, 'search');
    const device = oneOf(invocation, 'device', DEVICES);
    const ctx = await invocation.openContext();
    const show = progressLine(terminal);
    const result = await trainShop(ctx, {
      shop, epochs, seed, device, searchSeconds, signal, onNote: terminal.note,
      onProgress: (progress) => show(() => {
        const { validation } = progress;
        return `Training  epoch ${progress.epoch}/${progress.epochs}  step ${progress.step}/${progress.steps}  loss ${progress.loss.toFixed(4)}`
          + `${validation ? `  ${validation.name} ${validation.value.toFixed(4)}` : ''}  ${duration(progress.secondsLeft)} left`;
      }),
    });
    if (!invocation.values.json) {
      if (result.search) terminal.out(`${formatSearch(result.search)}\n`);
      for (const evaluation of result.evaluations) terminal.out(`${formatEvaluation(evaluation)}\n`);
      const stages = Object.entries(result.seconds).map(([stage, seconds]) => `${stage} ${duration(seconds)}`).join(', ');
      terminal.out(`Trained: run ${result.runId}, ${bytes(result.bytes)} (${stages}).\nNext: vitrine publish --shop ${shop}`);
    }
    return { shop, runId: result.runId, artifact: { hash: result.artifactHash, bytes: result.bytes }, seconds: result.seconds, device: result.device, search: result.search, evaluation: evaluationJson(result.evaluations) };
  },
};
