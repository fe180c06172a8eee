import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { parseArgs } from 'node:util';
import { freeMemory } from '../../plugin-server/src/pipeline/free-memory.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';
import { forgetPeak, peakSince, processorSeconds } from './process-use.ts';

// A process of its own for the growth bench: the line on a made-up shop, without a database. What it takes by stage.
const { values } = parseArgs({ options: { events: { type: 'string' }, items: { type: 'string' } } });

const { runLine } = await import('../../plugin-server/src/pipeline/run.ts');
const interactions = madeUpInteractions({ events: Number(values.events), items: Number(values.items) });
freeMemory();
forgetPeak(); // making the shop up is no part of the line, and takes memory, too
const started = performance.now();

/** Seconds of the one epoch of each training, the last of them on everything. */
const epochSeconds: number[] = [];
let first = { step: 0, seconds: 0 }; // the time before a training's first report is not its epoch's
let last = Infinity;
const result = await runLine(interactions, {
  dataset: 'made up', epochs: 1, consume: true,
  clock: () => processorSeconds() * 1000, // other programs on the machine have little part in it
  onProgress({ step, steps, secondsElapsed: seconds }) {
    if (step === steps) return; // its time includes validation
    if (step <= last) {
      first = { step, seconds };
      epochSeconds.push(0);
    } else {
      epochSeconds[epochSeconds.length - 1] = ((seconds - first.seconds) * steps) / (step - first.step);
    }
    last = step;
  },
});
process.stdout.write(`${JSON.stringify({
  steps: result.history[0].steps, epochSeconds, wallSeconds: (performance.now() - started) / 1000, seconds: result.seconds, peakBytes: peakSince(),
})}\n`);
