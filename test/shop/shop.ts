import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { createBulkOperations } from './admin/bulk.ts';
import { gid, iso } from './admin/graph.ts';
import { adminApi } from './admin/graphql.ts';
import { createTokenDesk } from './admin/oauth.ts';
import { createRoot } from './admin/root.ts';
import type { AppOffer } from './admin/routes.ts';
import { adminPages } from './admin/routes.ts';
import { adminSchema } from './admin/schema.ts';
import { forgetStorefrontSettings } from './admin/storefront-settings.ts';
import type { Faults } from './faults.ts';
import { noFaults, setFaults } from './faults.ts';
import { generateShop } from './generator/generate.ts';
import { createRandom } from './generator/random.ts';
import type { GeneratedShop, GeneratorOptions, Order, Product, Session, Truth } from './generator/types.ts';
import { shopPayload } from './payloads.ts';
import type { OrderRequest } from './selling.ts';
import { createSelling } from './selling.ts';
import { createState, type Embed } from './state.ts';
import { appProxy } from './storefront/app-proxy.ts';
import { extensionAssets } from './storefront/extension-assets.ts';
import { storefront } from './storefront/routes.ts';
import type { Delivery } from './webhooks.ts';
import { createWebhookSender } from './webhooks.ts';

export interface ShopOptions extends GeneratorOptions {
  /** The shop's permanent domain; its API is asked for under this name. */
  readonly domain?: string;
  /** A shop drawn before (or changed by hand), instead of drawing one. */
  readonly data?: GeneratedShop;
  /** An app that the admin offers to install. */
  readonly app?: AppOffer;
  readonly clock?: () => number;
  readonly fetch?: typeof fetch;
  /** Waits before repeating a failed webhook, milliseconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Wait before a bulk operation starts, milliseconds. */
  readonly bulkDelayMs?: number;
}

export interface Shop {
  /** "http://localhost:PORT" once it listens. */
  readonly origin: string;
  readonly domain: string;
  readonly truth: Truth;
  readonly products: readonly Product[];
  readonly orders: readonly Order[];
  /** Visits from before the app was installed; no API gives them away. */
  readonly sessions: readonly Session[];
  /** Switchable faults; assign to its fields. */
  readonly faults: Faults;
  /** Sets several faults, with checks. */
  setFaults(change: Partial<Faults>): void;
  /** The shop's request handler, for tests without a port. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** @param port 0 for any free one */
  listen(port?: number): Promise<Shop>;
  close(): Promise<void>;
  /** Installs the app and opens it as the admin would; resolves to the app's answer to `GET /app`. */
  install(app: AppOffer): Promise<Response>;
  /** The owner grants other permissions than before, and the app is told. */
  setScopes(scopes: readonly string[]): Promise<void>;
  /** Takes away its tokens and webhooks after telling it. */
  uninstall(): Promise<void>;
  /** Puts the app's script and elements into the storefront, or takes them out. */
  setEmbed(embed: Embed | null): void;
  /** Sends one webhook now. Topics as in "orders/create". */
  deliverWebhook(topic: string, payload: object): Promise<Delivery[]>;
  /** Resolves when no webhook is on its way. */
  idle(): Promise<void>;
  placeOrder(request: OrderRequest): Order;
  setStock(productId: string, quantity: number): void;
  setVisible(productId: string, visible: boolean): void;
  /** Sets the price of all variants of a product, in cents. */
  setPrice(productId: string, price: number): void;
  deleteProduct(productId: string): void;
  cancelOrder(orderId: string): void;
  /** Takes one piece of each line back that is still there. */
  refundOrder(orderId: string): void;
  deleteOrder(orderId: string): void;
  /** Mints a session token as the admin hands it to the app's page. */
  sessionToken(input?: { shopDomain?: string; userId?: string }): string;
  /**
   * A `fetch` that sends requests for the shop's domain to this shop and all others to the network: what an app's
   * Admin API client is given.
   */
  rewrite(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

const STATIC: Readonly<Record<string, string>> = {
  'theme.css': 'text/css; charset=utf-8', 'night.css': 'text/css; charset=utf-8', 'pixel-host.js': 'text/javascript; charset=utf-8', 'admin.css': 'text/css; charset=utf-8', 'theme.js': 'text/javascript; charset=utf-8',
  'admin.js': 'text/javascript; charset=utf-8', 'app-bridge.js': 'text/javascript; charset=utf-8', 'mark.svg': 'image/svg+xml',
};

/**
 * Creates a simulated shop: catalogue and history from the seed, Admin API, tokens, webhooks, storefront and admin pages.
 *
 * @example
 * const shop = await createShop({ seed: 1, products: 200, orders: 1000 });
 * await shop.listen(0);
 * await shop.install({ appUrl: 'http://localhost:3000', clientId: 'id', clientSecret: 'secret', scopes: ['read_products', 'read_orders'] });
 */
export async function createShop(options: ShopOptions = {}): Promise<Shop> {
  const clock = options.clock ?? Date.now;
  const send = options.fetch ?? fetch;
  const domain = options.domain ?? 'demo.myshopify.com';
  const data = options.data ?? generateShop(options);
  const state = createState({ domain, data, clock, random: createRandom(`${options.seed ?? 1}/running`), faults: noFaults() });
  const webhooks = createWebhookSender(state, options.retryDelaysMs ?? [100, 200, 400, 800, 1_600], send);
  const tokens = createTokenDesk(state);
  const selling = createSelling(state, webhooks);
  const bulk = createBulkOperations(state, () => adminSchema('2026-10'), () => createRoot(state, state.app!, bulk), (payload) => void webhooks.deliver('bulk_operations/finish', payload), options.bulkDelayMs ?? 150);
  let offered: AppOffer | null = options.app ?? null;
  let server: ServerType | undefined;

  function appAddress(): string {
    const { app } = state;
    if (!app) throw new Error('No app is installed in the simulated shop: call install() first.');
    const parameters: Record<string, string> = {
      embedded: '1', host: Buffer.from(`admin.shopify.com/store/${domain.split('.')[0]}`).toString('base64').replace(/=+$/, ''),
      id_token: tokens.sessionToken({}), locale: 'en', shop: domain, timestamp: String(Math.floor(clock() / 1000)),
    };
    const signed = Object.keys(parameters).sort().map((name) => `${name}=${parameters[name]}`).join('&');
    const hmac = createHmac('sha256', app.clientSecret).update(signed).digest('hex');
    return `${new URL('/app', app.appUrl)}?${new URLSearchParams({ ...parameters, hmac })}`;
  }
  const install = (app: AppOffer): Promise<Response> => {
    offered = app;
    state.app = { ...app, installedAt: clock() };
    return send(appAddress(), { headers: { accept: 'text/html' } });
  };
  const setScopes = async (scopes: readonly string[]): Promise<void> => {
    if (!state.app) throw new Error('No app is installed in the simulated shop: call install() first.');
    const previous = state.app.scopes;
    state.app = { ...state.app, scopes };
    if (offered) offered = { ...offered, scopes };
    await webhooks.deliver('app/scopes_update', { id: gid('AppInstallation', '70000000001'), shop_id: gid('Shop', '90000000001'), previous, current: scopes, updated_at: iso(clock()) });
  };
  const uninstall = async (): Promise<void> => {
    const told = webhooks.deliver('app/uninstalled', shopPayload(state));
    state.app = null;
    state.embed = null;
    state.subscriptions.length = 0;
    forgetStorefrontSettings(state);
    tokens.revoke();
    await told;
  };

  const app = new Hono();
  app.use(async (c, next) => {
    // A form of another site must not act here: browsers name the origin of every POST.
    const origin = c.req.header('origin');
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== c.req.header('host'))) return c.text('Forbidden', 403);
    await next();
    const path = c.req.path;
    const embedOrigin = state.embed ? ` ${new URL(state.embed.appUrl).origin}` : '';
    const appOrigin = state.app ? new URL(state.app.appUrl).origin : "'none'";
    c.header('Content-Security-Policy', path.startsWith('/admin') || path.startsWith('/__')
      ? `default-src 'self'; frame-src ${appOrigin}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`
      : `default-src 'self'; script-src 'self'${embedOrigin}; style-src 'self'${embedOrigin}; worker-src 'self' blob:${embedOrigin}; connect-src 'self'${embedOrigin}; img-src 'self' data:${embedOrigin}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'strict-origin-when-cross-origin');
  });
  const asset = (name: string): Response => new Response(readFileSync(new URL(`theme/${name}`, import.meta.url)), { headers: { 'Content-Type': STATIC[name], 'Cache-Control': 'no-cache' } });
  app.get('/theme/:name', (c) => (Object.hasOwn(STATIC, c.req.param('name')) ? asset(c.req.param('name')) : c.notFound()));
  app.get('/app-bridge.js', () => asset('app-bridge.js'));
  app.route('/', adminApi(state, tokens, bulk));
  app.route('/', adminPages(state, selling, tokens, { offered: () => offered, install, uninstall, appAddress }));
  app.route('/', extensionAssets(state));
  app.route('/', appProxy(state, send));
  const front = storefront(state, selling);
  app.all('*', (c) => front.fetch(c.req.raw));

  const shop: Shop = {
    get origin() { return state.origin; },
    domain, truth: data.truth, products: data.products, orders: data.orders, sessions: data.sessions, faults: state.faults,
    setFaults: (change) => setFaults(state.faults, change),
    fetch: (request) => app.fetch(request),
    listen: (port = 0) => new Promise((resolve, reject) => {
      server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info: AddressInfo) => {
        state.origin = `http://localhost:${info.port}`;
        resolve(shop);
      });
      server.once('error', reject);
    }),
    async close() {
      webhooks.stop();
      await webhooks.idle();
      await new Promise<void>((resolve) => {
        if (!server) return resolve();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
    install, uninstall, setScopes,
    setEmbed(embed) { state.embed = embed; },
    deliverWebhook: (topic, payload) => webhooks.deliver(topic, payload),
    idle: () => webhooks.idle(),
    placeOrder: (request) => selling.placeOrder(request),
    setStock: (productId, quantity) => selling.setStock(productId, quantity),
    setVisible: (productId, visible) => selling.setVisible(productId, visible),
    setPrice: (productId, price) => selling.setPrice(productId, price),
    deleteProduct: (productId) => selling.deleteProduct(productId),
    cancelOrder: (orderId) => selling.cancelOrder(orderId),
    refundOrder: (orderId) => selling.refundOrder(orderId),
    deleteOrder: (orderId) => selling.deleteOrder(orderId),
    sessionToken: (input = {}) => tokens.sessionToken(input),
    rewrite(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.host !== domain) return send(input, init);
      const target = new URL(url.pathname + url.search, state.origin);
      return send(input instanceof Request ? new Request(target, input) : target, init);
    },
  };
  return shop;
}
