import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VitrineError } from '@vitrine/sdk/core';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { createContext, type OpenContext } from './create-context.ts';
import { startWorker } from './jobs/start-worker.ts';

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, e.g. "http://127.0.0.1:3000". */
  readonly url: string;
  readonly ctx: OpenContext;
  /** Answers what has been asked, finishes or gives back the jobs in hand, closes the database. */
  close(): Promise<void>;
}

/** Milliseconds that open requests have to end in when the server stops. */
const GRACE = 5_000;

/**
 * How long a sender may take, in milliseconds: for the head of a request, for all of it, between two requests. Looked at
 * every second, so that connections that trickle do not pile up.
 */
export const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 10_000, connectionsCheckingInterval: 1_000 };

/**
 * Everything in one process: database, migrations, queue, worker (unless `work` is false), HTTP.
 *
 * Port 0 takes a free one; `appUrl` then names it too, unless it was set to something else.
 *
 * @throws VitrineError `conflict` when the port or the data is in use
 * @example
 * const server = await startServer(readConfig());
 * process.once('SIGTERM', () => server.close());
 */
export async function startServer(
  config: Config, options: { log?: Context['log']; fetch?: typeof fetch; clock?: Context['clock']; work?: boolean; assets?: readonly string[]; patience?: Partial<typeof PATIENCE> } = {},
): Promise<RunningServer> {
  const { work = true, assets, patience: _, ...overrides } = options;
  // Listens before it opens the database, because a free port's number goes into the app's address. Until then: 503.
  let handle = async (_request: Request, _env: unknown): Promise<Response> => new Response('{"status":"starting"}', { status: 503, headers: { 'content-type': 'application/json', 'retry-after': '2' } });
  const server = createAdaptorServer({ fetch: (request, env) => handle(request, env), serverOptions: { ...PATIENCE, ...options.patience } }) as Server;
  const url = await listen(server, config);
  const appUrl = config.port === 0 && /:0$/.test(config.appUrl) ? url : config.appUrl;
  let ctx: OpenContext;
  try {
    ctx = await createContext({ ...config, appUrl }, { ...overrides, supervise: work });
    try {
      if (work) await startWorker(ctx);
    } catch (cause) {
      await ctx.close();
      throw cause;
    }
  } catch (cause) {
    await stop(server);
    throw cause;
  }
  const app = createApp(ctx, { assets });
  handle = async (request, env) => app.fetch(request, env as object);
  ctx.log.info('listening', { url, appUrl });

  let closed: Promise<void> | undefined;
  return {
    url, ctx,
    close: () => (closed ??= (async () => {
      await stop(server);
      await ctx.close();
    })()),
  };
}

function listen(server: Server, { port, host }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is in use: stop what listens there or set PORT to another' : `cannot be used (${cause.code})`;
      reject(new VitrineError('conflict', `Port ${port} of ${host} ${reason}.`, { cause }));
    });
    server.listen(port, host, () => {
      const { address, port: taken, family } = server.address() as AddressInfo;
      const name = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
      resolve(`http://${name}:${taken}`);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), GRACE);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
