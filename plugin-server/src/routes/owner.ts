import { Hono } from 'hono';
import type { Context } from '../context.ts';
import { answerDataRequest } from '../services/export-customer.ts';
import { cancelRun } from '../services/cancel-run.ts';
import { readRun } from '../services/read-run.ts';
import { requestTraining } from '../services/request-training.ts';
import { rollback } from '../services/rollback.ts';
import { authenticate, type OwnerEnv } from './authenticate.ts';
import { overviewRoutes } from './overview.ts';
import { ruleRoutes } from './rules.ts';

/** The dashboard's requests. The shop is always the token's, never one that the request names. */
export function ownerRoutes(ctx: Context): Hono<OwnerEnv> {
  const routes = new Hono<OwnerEnv>();
  routes.use('/api/*', authenticate(ctx));
  routes.use('/api/*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
  });
  routes.route('/', overviewRoutes(ctx));
  routes.route('/', ruleRoutes(ctx));
  routes.post('/api/train', async (c) => c.json(await requestTraining(ctx, { shop: c.get('shop') }), 202));
  routes.get('/api/runs/:id', async (c) => c.json(await readRun(ctx, { shop: c.get('shop'), id: c.req.param('id') })));
  routes.post('/api/runs/:id/cancel', async (c) => c.json(await cancelRun(ctx, { shop: c.get('shop'), id: c.req.param('id') })));
  routes.post('/api/releases/rollback', async (c) => c.json(await rollback(ctx, { shop: c.get('shop') })));
  // A request that counts as answered by this: no prefetch or reload may do it, so it is a POST.
  routes.post('/api/data-requests/:id/answer', async (c) => {
    const answer = await answerDataRequest(ctx, { shop: c.get('shop'), id: c.req.param('id') });
    return c.json(answer, 200, { 'content-disposition': 'attachment; filename="customer-data.json"' });
  });
  return routes;
}
