import { Hono } from 'hono';
import type { Context } from '../context.ts';
import { overview } from '../services/overview.ts';

/** `GET /api/overview`: everything the dashboard shows of the shop that the token names. Stands behind `authenticate`. */
export function overviewRoutes(ctx: Context): Hono<{ Variables: { shop: string } }> {
  const routes = new Hono<{ Variables: { shop: string } }>();
  routes.get('/api/overview', async (c) => c.json(await overview(ctx, { shop: c.get('shop') }), 200, { 'cache-control': 'no-store' }));
  return routes;
}
