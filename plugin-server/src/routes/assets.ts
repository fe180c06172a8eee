import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { VitrineError } from '@vitrine/sdk/core';
import type { Encoding } from '../services/read-artifact.ts';
import { chooseEncoding } from './encoding.ts';

const deflate = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', json: 'application/json', map: 'application/json', svg: 'image/svg+xml', wasm: 'application/wasm',
};

/** A name alone, without a path: "vitrine.js", "worker-ABC12345.js.map". */
const NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.(js|css|json|map|svg|wasm)$/;
/** esbuild's content hash: eight capitals and digits before the extension. */
const HASHED = /-[A-Z0-9]{8}\.[a-z.]+$/;

interface Asset { readonly etag: string; readonly bodies: Readonly<Partial<Record<Encoding, Buffer<ArrayBuffer>>>> }

/**
 * Files that browsers load, as the build wrote them. Names with a content hash never change; the others are asked about
 * again after five minutes, while the copy at hand is used: a page does not wait for this server, nor need it to be up.
 *
 * @param folders where to look, in this order
 */
export function assetRoutes(folders: readonly string[]): Hono {
  const routes = new Hono();
  const hashed = new Map<string, Promise<Asset | undefined>>();
  routes.use('/assets/*', cors({ origin: '*', allowMethods: ['GET'] }));
  routes.get('/assets/:file', async (c) => {
    const name = c.req.param('file');
    const extension = NAME.exec(name)?.[1];
    const immutable = HASHED.test(name);
    let asset: Asset | undefined;
    if (extension) {
      if (immutable) {
        let kept = hashed.get(name);
        if (!kept) hashed.set(name, (kept = readAsset(folders, name)));
        asset = await kept;
        if (!asset) hashed.delete(name); // not built yet, perhaps
      } else asset = await readAsset(folders, name);
    }
    if (!extension || !asset) throw new VitrineError('not_found', 'There is no such file. Run "npm run build" to make the browser bundles.');
    const headers = {
      'content-type': TYPES[extension]!, etag: asset.etag, vary: 'accept-encoding',
      'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=300, stale-while-revalidate=604800',
    };
    if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304, headers);
    const encoding = chooseEncoding(c.req.header('accept-encoding'), asset.bodies.br ? ['br', 'gzip'] : ['gzip']);
    return c.body(asset.bodies[encoding]!, 200, { ...headers, ...(encoding !== 'identity' && { 'content-encoding': encoding }) });
  });
  return routes;
}

async function readAsset(folders: readonly string[], name: string): Promise<Asset | undefined> {
  for (const folder of folders) {
    const identity = await readFile(join(folder, name)).catch(() => undefined);
    if (!identity) continue;
    const br = await readFile(join(folder, `${name}.br`)).catch(() => undefined);
    return { etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`, bodies: { identity, br, gzip: await deflate(identity) as Buffer<ArrayBuffer> } };
  }
  return undefined;
}
