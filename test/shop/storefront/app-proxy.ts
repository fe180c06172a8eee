import { createHmac } from 'node:crypto';
import { Hono } from 'hono';
import type { ShopState } from '../state.ts';

/** Where the storefront passes requests on to the app, as its configuration says. */
const PREFIX = '/apps/vitrine';
const PASSED_BACK = ['content-type', 'cache-control', 'retry-after'] as const;

/**
 * The platform's app proxy: `/apps/vitrine/…` is answered by the app's `/proxy/…`, with the shop's name and the time put into
 * the query and signed with the app's secret. No cookie goes either way.
 */
export function appProxy(state: ShopState, send: typeof fetch): Hono {
  const routes = new Hono();
  routes.all(`${PREFIX}/*`, async (c) => {
    const { app } = state;
    if (!app) return c.notFound();
    const asked = new URL(c.req.url);
    const names = [...new Set(asked.searchParams.keys())].filter((name) => name !== 'signature');
    const query = new Map(names.map((name) => [name, asked.searchParams.getAll(name).join(',')]));
    for (const [name, value] of Object.entries({ shop: state.domain, path_prefix: PREFIX, timestamp: String(Math.floor(state.clock() / 1000)), logged_in_customer_id: '' })) query.set(name, value);
    const signature = createHmac('sha256', app.clientSecret).update([...query].map(([name, value]) => `${name}=${value}`).sort().join('')).digest('hex');
    const target = new URL(`/proxy${asked.pathname.slice(PREFIX.length)}?${new URLSearchParams([...query, ['signature', signature]])}`, app.appUrl);
    const { method } = c.req;
    const response = await send(target, {
      method, headers: { 'content-type': c.req.header('content-type') ?? 'application/octet-stream', 'x-forwarded-for': '203.0.113.7' },
      ...(method !== 'GET' && method !== 'HEAD' && { body: await c.req.arrayBuffer() }),
    }).catch(() => null);
    if (!response) return c.text('The app did not answer.', 502);
    for (const header of PASSED_BACK) if (response.headers.has(header)) c.header(header, response.headers.get(header)!);
    return c.body(await response.arrayBuffer(), response.status as 200);
  });
  return routes;
}
