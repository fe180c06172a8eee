import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const brotli = promisify(brotliCompress);

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html', '': 'application/octet-stream' };
/** Only what a cold start fetches is compressed; larger models are for warm calls. */
const LARGEST_COMPRESSED = 2 ** 24;

export interface BenchServer {
  readonly origin: string;
  /** Serves a file under a path, from the next request on; null takes it away. */
  set(path: string, content: Uint8Array | string | null): void;
  /** Bytes that a path is served in, compressed. */
  transferred(path: string): Promise<number>;
  close(): void;
}

/**
 * Serves files from memory, all with the same compression and nothing kept by the browser. The page is isolated from
 * other origins, because only then is a browser's clock finer than a tenth of a millisecond.
 *
 * @param options.quality of brotli, 1 to 11
 *
 * `/timed.js?script=X` is a module that imports the instruments, then X.
 */
export async function startBenchServer({ quality = 9 }: { readonly quality?: number } = {}): Promise<BenchServer> {
  const files = new Map<string, Uint8Array>();
  const compressed = new Map<string, Promise<Uint8Array>>();
  const compress = (path: string): Promise<Uint8Array> => {
    const content = files.get(path)!;
    if (!compressed.has(path)) {
      compressed.set(path, brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
    }
    return compressed.get(path)!;
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://bench');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    if (pathname === '/timed.js') {
      response.setHeader('content-type', TYPES['.js']);
      return response.end(`import '/bench/instruments.js';\nimport ${JSON.stringify(searchParams.get('script'))};\n`);
    }
    const content = files.get(pathname);
    if (!content) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(pathname)] ?? TYPES['']);
    if (content.length > LARGEST_COMPRESSED) return response.end(content);
    response.setHeader('content-encoding', 'br').end(await compress(pathname));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(path, content) {
      compressed.delete(path);
      if (content === null) files.delete(path);
      else files.set(path, typeof content === 'string' ? Buffer.from(content) : content);
    },
    transferred: async (path) => (await compress(path)).length,
    close: () => server.close(),
  };
}

/** Every file of a folder, by name, without source maps and compressed copies. */
export async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const names = (await readdir(folder)).filter((name) => !/\.(map|br|json)$/.test(name));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}
