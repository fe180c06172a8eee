import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EventBatch, Rule, VitrineEvent } from '@vitrine/sdk/core';
import { build } from '../../build.ts';
import { createSigner, randomArtifact, seeded, type Signer } from '../contract/random-model.ts';

/** What a test may change between two page loads. */
export interface StorefrontState {
  artifact: { bytes: Uint8Array; hash: string; version: string } | null;
  unavailable: string[];
  rules: Rule[];
  /** Products that the release calls popular, best first. */
  popular: string[];
  /** Products the shop no longer shows. */
  readonly hidden: Set<string>;
  /** Answers of the collector, 202 by default. */
  collectorStatus: number;
  /** False: the plugin server is down. */
  up: boolean;
  /** Answers a request of the plugin server in its place; false leaves it to the server. */
  instead: (path: string, response: ServerResponse) => boolean;
  /** Answers wait for this. */
  hold: ((path: string) => Promise<void>) | undefined;
  /** Code put before a script's own, by the script's name. */
  prelude: (file: string) => string;
}

export interface PageOptions {
  readonly meta?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Attributes of the loader's tag beside shop, key and server. */
  readonly attributes?: string;
  /** In place of the shop's publishable key. */
  readonly key?: string;
  /** Sources of the policy beside the usual ones; null sends no policy. */
  readonly csp?: string | null;
  /** The plugin server's files come from the shop's own origin. */
  readonly sameOrigin?: boolean;
  /** Sources of scripts beside the plugin server, e.g. 'wasm-unsafe-eval' in its quotes. */
  readonly scripts?: string;
  /** Attributes of `<html>`. */
  readonly root?: string;
}

export interface Storefront {
  readonly shop: string;
  readonly shopUrl: string;
  readonly appUrl: string;
  readonly signer: Signer;
  readonly state: StorefrontState;
  /** Bodies the collector received. */
  readonly batches: EventBatch[];
  events(): VitrineEvent[];
  /** Puts a page at this path of the shop. */
  page(path: string, options: PageOptions): string;
  close(): Promise<void>;
}

const ITEMS = 120;
const CONTENT_TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', json: 'application/json', map: 'application/json' };
const WORDS = ['Linen', 'Oak', 'Merino', 'Canvas', 'Stoneware', 'Cedar', 'Wool', 'Copper'];
const THINGS = ['throw with fringes', 'side table', 'jumper', 'rucksack for long days outdoors', 'bowl', 'coat hanger', 'blanket', 'kettle'];

/**
 * A shop and a plugin server on two origins, with the built bundles and a random model: everything a browser meets, small
 * enough for every test to have its own.
 */
export async function openStorefront(): Promise<Storefront> {
  const { browser: assets } = await build();
  const shop = 'demo.myshopify.com';
  const signer = await createSigner();
  const state: StorefrontState = {
    artifact: await randomArtifact(signer, { items: ITEMS, dim: 16, seed: 42, shop, attributes: true }), unavailable: [], rules: [], popular: Array.from({ length: 48 }, (_, at) => `p${at}`), hidden: new Set(), collectorStatus: 202, up: true,
    instead: () => false, hold: undefined, prelude: () => '',
  };
  const batches: EventBatch[] = [];
  const pages = new Map<string, PageOptions>();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (!state.up) return void response.destroy();
    const url = new URL(request.url!, 'http://app');
    const json = (value: unknown, status = 200) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    response.setHeader('access-control-allow-origin', '*');
    if (state.instead(url.pathname, response)) return;
    if (url.pathname.startsWith('/v1/')) await state.hold?.(url.pathname);
    const [, area, name] = /^\/(assets|images)\/([\w.-]+)$/.exec(url.pathname) ?? [];
    if (area === 'images') return void response.setHeader('content-type', 'image/svg+xml').end(drawing(name));
    if (area === 'assets') {
      const contents = await readFile(join(assets, name)).catch(() => null);
      response.writeHead(contents ? 200 : 404, { 'content-type': CONTENT_TYPES[name.split('.').at(-1)!] ?? 'text/plain' });
      return void response.end(contents && state.prelude(name) + contents);
    }
    const base = `/v1/shops/${shop}`;
    if (url.pathname === `${base}/release`) {
      const { artifact, unavailable, rules, popular } = state;
      return json({ shop, unavailable, rules, popular: popular.filter((id) => !unavailable.includes(id)), artifact: artifact && { url: `${base}/artifacts/${artifact.hash}`, hash: artifact.hash, version: artifact.version, bytes: artifact.bytes.length } });
    }
    if (url.pathname.startsWith(`${base}/artifacts/`)) return void response.end(state.artifact?.bytes);
    if (url.pathname === `${base}/products`) {
      const ids = url.searchParams.get('ids')!.split(',');
      return json({ products: ids.filter((id) => !state.hidden.has(id)).map((id) => product(id, appUrl)) });
    }
    if (url.pathname === `${base}/events` && request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (state.collectorStatus === 202) batches.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as EventBatch);
      return json({ accepted: 1, duplicates: 0 }, state.collectorStatus);
    }
    response.writeHead(404).end();
  };
  const app = await listen(answer);
  const appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;

  const shopServer = await listen((request, response) => {
    if (/^\/(assets|v1)\//.test(request.url!)) {
      response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'"); // what a Worker from here must live with
      return void answer(request, response);
    }
    const options = pages.get(request.url!.split('?')[0]);
    if (!options) return void response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><html lang="en"><title>Not here</title><h1>Not here</h1></html>');
    const { meta = {}, body, attributes = '', csp = '', key = signer.key, sameOrigin, scripts = '', root = 'lang="en"' } = options;
    const from = sameOrigin ? shopUrl : appUrl;
    if (csp !== null) {
      const origins = sameOrigin ? "'self'" : appUrl;
      const workers = /worker-src/.test(csp) ? '' : `worker-src ${sameOrigin ? "'self'" : 'blob:'};`;
      response.setHeader('content-security-policy', `default-src 'none'; script-src ${origins} ${scripts}; style-src 'self' ${from}; img-src ${appUrl}; connect-src ${from}; form-action 'self'; ${workers} ${csp}`);
    }
    const metas = Object.entries(meta).map(([name, content]) => `<meta name="vitrine:${name}" content="${content}">`).join('\n');
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><html ${root}><head><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${metas}
<link rel="stylesheet" href="${from}/assets/vitrine.css"><link rel="stylesheet" href="/theme.css">
<script type="module" id="vitrine" src="${from}/assets/vitrine.js" data-shop="${shop}" data-key="${key}" data-server="${from}" ${attributes}></script>
</head><body><main>${body}</main></body></html>`);
  }, new Map([['/theme.css', 'body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1c1b1a;background:#fff}main{max-width:1120px;margin:0 auto;padding:24px}']]));

  const shopUrl = `http://127.0.0.1:${(shopServer.address() as AddressInfo).port}`;
  return {
    shop, appUrl, shopUrl, signer, state, batches,
    events: () => batches.flatMap((batch) => batch.events),
    page(path, options) {
      pages.set(path, options);
      return `${shopUrl}${path}`;
    },
    async close() {
      for (const server of [app, shopServer]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown, styles: ReadonlyMap<string, string> = new Map(),
): Promise<Server> {
  const server = createServer((request, response) => {
    const style = styles.get(request.url!);
    if (style) response.setHeader('content-type', 'text/css').end(style);
    else void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function product(id: string, appUrl: string) {
  const number = Number(id.slice(1));
  return {
    id, title: `${WORDS[number % WORDS.length]} ${THINGS[(number * 5 + 1) % THINGS.length]} ${number}`, url: `/products/${id}`,
    image: `${appUrl}/images/${id}.svg`, price: 9.9 + number, currency: 'EUR',
  };
}

/** A plain still life, different for each name. */
function drawing(name: string): string {
  const random = seeded([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const hue = Math.floor(random() * 360);
  const shape = random() < 0.5
    ? `<ellipse cx="200" cy="230" rx="${70 + random() * 60}" ry="${60 + random() * 60}" fill="hsl(${hue} 32% 58%)"/>`
    : `<rect x="${110 + random() * 30}" y="${110 + random() * 30}" width="150" height="180" rx="${10 + random() * 50}" fill="hsl(${hue} 32% 58%)"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><rect width="400" height="400" fill="hsl(${hue} 24% 92%)"/><ellipse cx="200" cy="312" rx="120" ry="14" fill="hsl(${hue} 20% 82%)"/>${shape}</svg>`;
}
