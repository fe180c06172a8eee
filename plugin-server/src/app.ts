import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { httpStatus, VitrineError } from '@vitrine/sdk/core';
import type { Context } from './context.ts';
import { assetRoutes } from './routes/assets.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { limitRequests } from './routes/limit-requests.ts';
import { ownerRoutes } from './routes/owner.ts';
import { proxyRoutes } from './routes/proxy.ts';
import { publicRoutes } from './routes/public.ts';
import { addCommonHeaders, setCommonHeaders } from './routes/wire.ts';
import { webhookRoutes } from './routes/webhooks.ts';

const dist = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

/**
 * The server as a function from request to response; tests call `app.request()`.
 *
 * @param options.assets folders of the built browser files
 * @example
 * const response = await createApp(ctx).request('/healthz');
 */
export function createApp(ctx: Context, options: { assets?: readonly string[] } = {}): Hono {
  const { assets = [dist('browser'), dist('dashboard')] } = options;
  const app = new Hono();

  const headers = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-resource-policy': 'cross-origin',
    // For answers that are read, not shown; what is shown in a window brings its own.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(ctx.config.appUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  };
  // Storefronts on any origin read what is public, its errors too.
  const open = { ...headers, 'access-control-allow-origin': '*' };
  const limit = limitRequests(ctx);
  app.use(async (c, next) => {
    const id = randomUUID();
    const started = ctx.clock();
    const { path } = c.req;
    setCommonHeaders(c, { ...(path.startsWith('/v1/') ? open : headers), 'x-request-id': id });
    await next();
    addCommonHeaders(c);
    // The path without its query, which may hold a token.
    ctx.log.info('request', { id, method: c.req.method, path, status: c.res.status, milliseconds: ctx.clock() - started });
    if (c.error && !(c.error instanceof VitrineError)) ctx.log.error('request failed', { id, reason: c.error });
  });

  app.use((c, next) => {
    limit(c);
    // No text that is stored holds this character, and the database refuses to look for one that does.
    if (c.req.url.includes('%00')) throw new VitrineError('bad_input', 'The address holds a character that no address needs.');
    return next();
  });
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.route('/', assetRoutes(assets));
  app.route('/', publicRoutes(ctx));
  app.route('/', proxyRoutes(ctx));
  app.route('/', webhookRoutes(ctx));
  app.route('/', dashboardRoutes(ctx));
  app.route('/', ownerRoutes(ctx));

  const answer = (error: VitrineError) => ({ error: { code: error.code, message: error.message, docsUrl: error.docsUrl } });
  app.notFound((c) => c.json(answer(new VitrineError('not_found', 'There is nothing at this address.')), 404));
  app.onError((error, c) => {
    const shown = error instanceof VitrineError && error.code !== 'internal' ? error
      : new VitrineError('internal', 'Something failed on the server. Its log says what, under the request id of this answer.');
    if (shown.code === 'rate_limited' && !c.res.headers.has('retry-after')) c.header('retry-after', '1');
    return c.json(answer(shown), httpStatus(shown) as ContentfulStatusCode, { 'cache-control': 'no-store' });
  });
  return app;
}
