import { readFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { Hono } from 'hono';
import type { ShopState } from '../state.ts';

/** Where the storefront serves the files of the embedded app: the platform keeps an extension's assets on its own network. */
export const EXTENSION_ASSETS = '/cdn/extensions/app';

/** What the platform runs before a pixel. */
const SANDBOX = readFileSync(new URL('../theme/pixel-sandbox.js', import.meta.url), 'utf8');

interface Copy {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer<ArrayBuffer>;
}

const PASSED_ON = ['content-type', 'content-encoding', 'cache-control', 'etag', 'vary'] as const;

/**
 * The embedded app's files under the shop's own origin, byte for byte as the app compressed them. What was fetched once is
 * served also while the app is down, as by the platform, where an extension's files are uploaded ahead.
 */
export function extensionAssets(state: ShopState): Hono {
  const routes = new Hono();
  const kept = new Map<string, Copy>();
  routes.get(`${EXTENSION_ASSETS}/:file`, async (c) => {
    const { embed } = state;
    const name = c.req.param('file');
    if (name === 'pixel.js') return embed?.pixel ? c.body(SANDBOX + embed.pixel, 200, { 'content-type': 'text/javascript; charset=utf-8' }) : c.notFound();
    if (!embed || !/^[\w.-]+$/.test(name)) return c.notFound();
    const url = new URL(`/assets/${name}`, embed.appUrl);
    const encoding = c.req.header('accept-encoding') ?? 'identity';
    const key = `${url} ${encoding}`;
    const fresh = await fetchRaw(url, encoding).catch(() => undefined);
    if (fresh?.status === 200) kept.set(key, fresh);
    const copy = fresh?.status === 200 ? fresh : kept.get(key);
    if (!copy) return c.notFound();
    for (const header of PASSED_ON) if (copy.headers[header]) c.header(header, copy.headers[header]);
    return c.body(copy.body);
  });
  return routes;
}

/** Not `fetch`, which would decompress. */
function fetchRaw(url: URL, encoding: string): Promise<Copy> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { 'accept-encoding': encoding } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
