import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { parseArgs } from 'node:util';
import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { trainShop } from '../../plugin-server/src/services/train-shop.ts';
import { forgetPeak, peakSince } from './process-use.ts';

// A process of its own for the growth bench: the training of a stored shop, the embedded database in the same process.
const { values } = parseArgs({ options: { events: { type: 'string' }, items: { type: 'string' }, home: { type: 'string' } } });
const ctx = await createContext(readConfig({ VITRINE_HOME: values.home }), { log: silentLog });
const started = performance.now();
const opened = { residentBytes: process.memoryUsage.rss(), peakBytes: peakSince() };
forgetPeak();
let reading: { readonly residentBytes: number; readonly peakBytes: number } | undefined;
const { seconds } = await trainShop(ctx, {
  shop: 'growth', epochs: 1, device: 'cpu',
  onNote() {
    // The first note comes when the training thread has its interactions.
    if (reading) return;
    reading = { residentBytes: process.memoryUsage.rss(), peakBytes: peakSince() };
    forgetPeak();
  },
});
const training = { residentBytes: process.memoryUsage.rss(), peakBytes: peakSince() };
process.stdout.write(`${JSON.stringify({
  wallSeconds: (performance.now() - started) / 1000, readSeconds: seconds.read, stages: { opened, reading, training },
  peakBytes: Math.max(opened.peakBytes, reading!.peakBytes, training.peakBytes),
})}\n`);
await ctx.close();
