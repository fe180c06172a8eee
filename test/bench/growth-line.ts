import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { parseArgs } from 'node:util';
import type { TrainProgress } from '../../plugin-server/src/pipeline/types.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';

// A process of its own for the growth bench: the line on a made-up shop, its seconds by stage and its peak memory.
const { values } = parseArgs({ options: { events: { type: 'string' }, items: { type: 'string' }, seconds: { type: 'string' } } });
const [events, items, seconds] = [values.events, values.items, values.seconds].map(Number);

const { runLine } = await import('../../plugin-server/src/pipeline/run.ts');
let steps = 0;
let last: TrainProgress | undefined;
let first: number | undefined;
const result = await runLine(madeUpInteractions({ events, items }), {
  dataset: 'made up', epochs: 1, seconds,
  onProgress(progress) {
    if (progress.validation) return; // includes the time of validation
    first ??= progress.secondsElapsed;
    steps = progress.step;
    last = progress;
  },
});
process.stdout.write(`${JSON.stringify({
  stepsPerEpoch: result.history[0].steps,
  secondsPerStep: last && first !== undefined && last.secondsElapsed > first ? last.secondsElapsed / steps : result.history[0].secondsElapsed / Math.max(1, result.history[0].steps),
  seconds: result.seconds,
  peakBytes: process.resourceUsage().maxRSS * 1024,
})}\n`);
