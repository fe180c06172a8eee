import { readConfig } from '../../plugin-server/src/config.ts';
import { startServer } from '../../plugin-server/src/serve.ts';

// A process of its own for the bench "answering": the server with its worker. Writes its log as lines of JSON.
const log = (level: string) => (message: string, fields = {}) => process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
const server = await startServer(readConfig(), { log: { info: log('info'), warn: log('warn'), error: log('error') } });
process.once('SIGTERM', () => void server.close());
