import { Hono } from 'hono';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { authenticateOwner } from '../services/authenticate-owner.ts';
import { SHOP_DOMAIN } from '../shopify/session-token.ts';
import { renderDashboardDocument } from './dashboard-document.ts';

/** Parameters that name who is speaking: given twice, the two readers of an address could disagree. */
const ONCE = ['shop', 'host', 'id_token', 'hmac', 'timestamp', 'signature'];
/** The name of a shop fed from files. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/**
 * `GET /app`: the dashboard's document. It holds no data; those come from `/api` with a token. Opened by Shopify's admin
 * it carries a session token, which installs the shop if need be; a stale one is no error, because App Bridge will
 * fetch a fresh one for the first request. A shop fed from files has its token in the address's fragment, which the
 * server never sees.
 */
export function dashboardRoutes(ctx: Context): Hono {
  const routes = new Hono();
  const { shopify, appBridgeUrl } = ctx.config;
  routes.get('/app', async (c) => {
    for (const name of ONCE) {
      if ((c.req.queries(name)?.length ?? 0) > 1) throw new VitrineError('bad_input', `${name}: given more than once.`);
    }
    const { shop = '', id_token: sessionToken } = c.req.query();
    if (!NAME.test(shop)) throw new VitrineError('bad_input', 'shop: open the app in the Shopify admin, or by the address that the command line prints.');
    if (shopify && sessionToken) {
      const asked = await authenticateOwner(ctx, { token: sessionToken, opens: true }).catch((error: unknown) => {
        if (error instanceof VitrineError && error.code === 'unauthorized') return undefined;
        throw error;
      });
      if (asked && asked.shop !== shop) throw new VitrineError('forbidden', 'shop: the token speaks for another shop.');
    }
    const embedded = SHOP_DOMAIN.test(shop) ? shopify : undefined;
    const bridge = embedded ? new URL(appBridgeUrl).origin : '';
    const frames = embedded ? [`https://${shop}`, 'https://admin.shopify.com', embedded.shopOrigin].filter(Boolean).join(' ') : "'none'";
    c.header('content-security-policy', [
      "default-src 'none'", `script-src 'self' ${bridge}`.trim(), `style-src 'self' ${bridge}`.trim(), "img-src 'self' data:", `font-src 'self' ${bridge}`.trim(),
      embedded ? `connect-src 'self' https://*.shopify.com ${bridge}` : "connect-src 'self'", "base-uri 'none'", "form-action 'none'", `frame-ancestors ${frames}`,
    ].join('; '));
    c.header('cache-control', 'no-store');
    return c.html(renderDashboardDocument({ shop, apiKey: embedded?.apiKey ?? '', appBridgeUrl: embedded ? appBridgeUrl : '' }));
  });
  return routes;
}
