import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import { SERVICES, startWorker } from '../../plugin-server/src/jobs/start-worker.ts';
import { trainShop } from '../../plugin-server/src/services/train-shop.ts';

// A worker on the queue, as `vitrine work`, that a test kills: a short training with a checkpoint several times a second.
const log = (level: string) => (message: string, fields = {}) => process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
const ctx = await createContext(readConfig(), { supervise: true, log: { info: log('info'), warn: log('warn'), error: log('error') } });
process.once('SIGTERM', () => void ctx.close());
await startWorker(ctx, {
  ...SERVICES,
  train: (context, payload, signal) => trainShop(context, { ...payload, publish: true, signal, epochs: 6, saveEvery: 200 }),
});
log('info')('working');
