import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../plugin-server/src/config.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { PATIENCE, startServer } from '../../plugin-server/src/serve.ts';

/** What a connection answers until the server closes it. */
function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    socket.on('error', () => {}); // a reset is a way of closing
    socket.on('close', () => resolve(text));
  });
}

test('connections that say nothing, or trickle a head or a body, are closed; others are answered meanwhile', async (t) => {
  assert.ok(PATIENCE.headersTimeout <= 15_000 && PATIENCE.requestTimeout <= 60_000 && PATIENCE.connectionsCheckingInterval <= 1_000, 'as it runs');
  const home = mkdtempSync(join(tmpdir(), 'vitrine-slow-'));
  const server = await startServer(readConfig({ VITRINE_HOME: home, PORT: '0', SHOPIFY_API_KEY: 'k', SHOPIFY_API_SECRET: 's' }), {
    work: false, log: silentLog, patience: { headersTimeout: 300, requestTimeout: 600, keepAliveTimeout: 300, connectionsCheckingInterval: 50 },
  });
  const sockets: Socket[] = [];
  const timers: NodeJS.Timeout[] = [];
  t.after(async () => {
    timers.forEach(clearInterval);
    sockets.forEach((socket) => socket.destroy());
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });
  const { port } = new URL(server.url);
  const open = (): Socket => {
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    return socket;
  };
  const trickle = (socket: Socket, text: () => string): void => {
    timers.push(setInterval(() => { if (socket.writable) socket.write(text()); }, 50));
  };
  const closed: Promise<string>[] = [];
  for (let n = 0; n < 60; n++) {
    const [silent, head, body] = [open(), open(), open()];
    closed.push(...[silent, head, body].map(untilClosed));
    head.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
    trickle(head, () => `X-${Math.floor(Math.random() * 1e9)}: a\r\n`);
    body.write('POST /v1/shops/x/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{');
    trickle(body, () => ' ');
  }
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  const answers = await Promise.all(closed);
  for (const answer of answers) assert.match(answer, /^(HTTP\/1\.1 408 [\s\S]*)?$/, 'nothing, or "took too long"');
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

test('a head that is far too large is refused', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-slow-'));
  const server = await startServer(readConfig({ VITRINE_HOME: home, PORT: '0' }), { work: false, log: silentLog });
  t.after(async () => {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const answer = untilClosed(socket);
  socket.write(`GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.match(await answer, /^HTTP\/1\.1 431 /);
});
