import { Hono, type Context as RequestContext } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { addRule } from '../services/add-rule.ts';
import { listRules } from '../services/list-rules.ts';
import { recommend, type RecommendInput } from '../services/recommend.ts';
import { removeRule } from '../services/remove-rule.ts';
import type { OwnerEnv } from './authenticate.ts';

const MOST_BYTES = 65_536;

/** Rules of the store owner, and a look at what they do. Stands behind `authenticate`: the shop is the token's. */
export function ruleRoutes(ctx: Context): Hono<OwnerEnv> {
  const routes = new Hono<OwnerEnv>();
  const limit = bodyLimit({ maxSize: MOST_BYTES, onError: () => { throw new VitrineError('too_large', `The body is larger than ${MOST_BYTES} bytes.`); } });
  routes.get('/api/rules', async (c) => c.json({ rules: await listRules(ctx, { shop: c.get('shop') }) }));
  routes.post('/api/rules', limit, async (c) => c.json({ rule: await addRule(ctx, { shop: c.get('shop'), rule: await readBody(c) }) }, 201));
  routes.delete('/api/rules/:id', async (c) => c.json(await removeRule(ctx, { shop: c.get('shop'), id: c.req.param('id') })));
  routes.post('/api/recommend', limit, async (c) => {
    const { shopper, limit: most, reasons: _, ...list } = (await readBody(c)) as RecommendInput['list'] & { shopper?: RecommendInput['shopper']; limit?: number; reasons?: boolean };
    return c.json(await recommend(ctx, { shop: c.get('shop'), list, shopper, limit: most }));
  });
  return routes;
}

async function readBody(c: RequestContext<OwnerEnv>): Promise<object> {
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new VitrineError('bad_input', 'The body must be a JSON object.');
  return body;
}
