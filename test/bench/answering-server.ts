import { readConfig } from '../../plugin-server/src/config.ts';
import type { Log } from '../../plugin-server/src/context.ts';
import { createLog } from '../../plugin-server/src/log.ts';
import { startServer } from '../../plugin-server/src/serve.ts';

// A process of its own for the benches: the server with its worker. Logs to standard error as always; what is not a
// request it says on standard output too, in lines of JSON.
const log = createLog();
const both = (level: keyof Log) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
  log[level](message, fields);
  if (message !== 'request') process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
};
const server = await startServer(readConfig(), { log: { info: both('info'), warn: both('warn'), error: both('error') } });
process.once('SIGTERM', () => void server.close());
