import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../../../plugin-server/src/config.ts';
import { createLog } from '../../../plugin-server/src/log.ts';
import { startServer } from '../../../plugin-server/src/serve.ts';

// One process with two servers: ours, and routes of Hono that do nothing but hand out the same bytes. Those are what
// ours has answered to the paths in BENCH_PATHS. Prints both ports.
const server = await startServer(readConfig(), { log: createLog(), work: false });
const bare = new Hono();
for (const path of JSON.parse(process.env.BENCH_PATHS!) as string[]) {
  const response = await fetch(server.url + path, { headers: { 'accept-encoding': 'identity' } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  const type = response.headers.get('content-type')!;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const body = type === 'application/json' ? new TextDecoder().decode(bytes) : bytes;
  bare.get(path.split('?')[0], (c) => c.body(body, 200, { 'content-type': type }));
}
const other = createAdaptorServer({ fetch: bare.fetch }) as Server;
other.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ message: 'listening', url: server.url })}\n${JSON.stringify({ message: 'bare', port: (other.address() as AddressInfo).port })}\n`);
});
process.once('SIGTERM', () => {
  other.close();
  other.closeAllConnections();
  void server.close();
});
