import { VitrineError } from '../core/errors.ts';
import type { UseCache } from './browser-cache.ts';

/** What `GET /v1/shops/:shop/release` answers. */
export interface Release {
  readonly shop: string;
  readonly artifact: { readonly url: string; readonly hash: string; readonly version: string; readonly bytes: number } | null;
  /** Product ids of the artifact's items that must not be shown now. */
  readonly unavailable: readonly string[];
}

export interface ArtifactSource {
  /** The live release; the last known one, marked offline, when the server does not answer. */
  release(): Promise<{ release: Release; offline: boolean }>;
  /** The bytes of a release's artifact, from the cache or the server. Unverified: the engine does that. */
  bytes(artifact: NonNullable<Release['artifact']>): Promise<Uint8Array<ArrayBuffer>>;
  /** Forgets cached bytes that turned out to be bad. */
  forget(artifact: NonNullable<Release['artifact']>): Promise<void>;
}

/**
 * Fetches the release and its artifact, and keeps the last of both in the Cache API. A model's weights say nothing about
 * the shopper, so this needs no consent; where storage is blocked it goes on without.
 *
 * @example
 * const source = createArtifactSource({ server, shop, fetch, useCache: createBrowserCache(globalThis.caches) });
 */
export function createArtifactSource(options: {
  server: string; shop: string; fetch: typeof globalThis.fetch; useCache: UseCache;
}): ArtifactSource {
  const { server, shop, fetch, useCache } = options;
  const base = `${server}/v1/shops/${encodeURIComponent(shop)}`;
  const releaseUrl = `${base}/release`;

  const get = async (url: string, what: string): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, { credentials: 'omit' });
    } catch (cause) {
      throw new VitrineError('upstream', `The ${what} could not be fetched: ${new URL(url).host} did not answer. Check data-server and the network.`, { cause });
    }
    if (!response.ok) {
      const code = response.status === 404 ? 'not_found' : 'upstream';
      throw new VitrineError(code, `The ${what} could not be fetched: ${new URL(url).host} answered ${response.status}.`);
    }
    return response;
  };

  return {
    async release() {
      try {
        const response = await get(releaseUrl, 'release');
        const copy = response.clone();
        const release = parseRelease(await response.json().catch(() => null), shop);
        await useCache((cache) => cache.put(releaseUrl, copy));
        return { release, offline: false };
      } catch (error) {
        const kept = await useCache((cache) => cache.match(releaseUrl));
        if (!kept || (error instanceof VitrineError && error.code === 'not_found')) throw error;
        return { release: parseRelease(await kept.json().catch(() => null), shop), offline: true };
      }
    },

    async bytes(artifact) {
      const url = new URL(artifact.url, `${server}/`).href;
      const kept = await useCache((cache) => cache.match(url));
      if (kept) return new Uint8Array(await kept.arrayBuffer());
      const response = await get(url, 'artifact');
      const bytes = new Uint8Array(await response.arrayBuffer());
      await useCache(async (cache) => {
        await cache.put(url, new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } }));
        for (const { url: other } of await cache.keys()) {
          if (other.startsWith(`${base}/artifacts/`) && other !== url) await cache.delete(other);
        }
      });
      return bytes;
    },

    async forget(artifact) {
      await useCache((cache) => cache.delete(new URL(artifact.url, `${server}/`).href));
    },
  };
}

function parseRelease(value: unknown, shop: string): Release {
  const { artifact, unavailable } = (value ?? {}) as Partial<Release>;
  const whole = artifact === null || (typeof artifact?.url === 'string' && typeof artifact.hash === 'string');
  if (!whole || !Array.isArray(unavailable)) {
    throw new VitrineError('upstream', 'The server answered with something that is not a release. Check that data-server is the plugin server.');
  }
  return { shop, artifact: artifact ?? null, unavailable: unavailable.filter((id) => typeof id === 'string') };
}
