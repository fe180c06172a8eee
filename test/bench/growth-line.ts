import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { parseArgs } from 'node:util';
import { freeMemory } from '../../plugin-server/src/pipeline/free-memory.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';
import { forgetPeak, peakSince, processorSeconds } from './process-use.ts';

// A process of its own for the growth bench: the line on a made-up shop, without a database. What it takes by stage.
const { values } = parseArgs({ options: { events: { type: 'string' }, items: { type: 'string' }, seconds: { type: 'string' } } });

const { runLine } = await import('../../plugin-server/src/pipeline/run.ts');
const interactions = madeUpInteractions({ events: Number(values.events), items: Number(values.items) });
freeMemory();
forgetPeak(); // making the shop up is no part of the line, and takes memory, too
const started = performance.now();

/** Of the two trainings, the last on everything: seconds a step, steps of an epoch, and steps taken. */
const trainings: { stepSeconds: number; steps: number; taken: number }[] = [];
let first = { step: 0, seconds: 0 }; // what comes before a training's first report is no step
let last = Infinity;
const result = await runLine(interactions, {
  dataset: 'made up', epochs: 1, seconds: Number(values.seconds), consume: true,
  clock: () => processorSeconds() * 1000, // other programs on the machine have little part in it
  onProgress({ step, steps, secondsElapsed: seconds }) {
    if (step === steps) return; // its time includes validation
    if (step <= last) {
      first = { step, seconds };
      trainings.push({ stepSeconds: 0, steps, taken: step });
    } else {
      Object.assign(trainings.at(-1)!, { stepSeconds: (seconds - first.seconds) / (step - first.step), taken: step });
    }
    last = step;
  },
});
process.stdout.write(`${JSON.stringify({ trainings, wallSeconds: (performance.now() - started) / 1000, seconds: result.seconds, peakBytes: peakSince() })}\n`);
