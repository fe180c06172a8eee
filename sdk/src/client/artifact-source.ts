import { VitrineError } from '../core/errors.ts';
import type { Rule } from '../core/models/recommendation/rules.ts';
import type { UseCache } from './browser-cache.ts';

/** What `GET /v1/shops/:shop/release` answers. */
export interface Release {
  readonly shop: string;
  readonly artifact: { readonly url: string; readonly hash: string; readonly version: string; readonly bytes: number } | null;
  /** Product ids of the artifact's items that must not be shown now. */
  readonly unavailable: readonly string[];
  /** Product ids, most popular first, for where no engine answers. */
  readonly popular: readonly string[];
  /** What the shop wants of its lists. */
  readonly rules: readonly Rule[];
}

/** Where there is a release to fall back on, no shopper waits longer than this for the server's. */
const PATIENCE_MS = 3_000;

type LiveArtifact = NonNullable<Release['artifact']>;

export interface ArtifactSource {
  /** The live release; the last one kept, marked offline, when the server does not answer. */
  release(): Promise<{ release: Release; offline: boolean }>;
  /** The last release that was kept, if its artifact is still here too. */
  kept(): Promise<Release | undefined>;
  /** Keeps a release whose artifact has proved itself, and forgets the artifacts of others. */
  keep(release: Release): Promise<void>;
  /** The bytes of an artifact, or of a part of it by its hash, from the cache or the server. Unverified: the engine does that. */
  bytes(artifact: LiveArtifact, part?: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Forgets cached bytes that turned out to be bad. */
  forget(artifact: LiveArtifact): Promise<void>;
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

  const get = async (url: string, what: string, patience?: number): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, { credentials: 'omit', ...(patience && { signal: AbortSignal.timeout(patience) }) });
    } catch (cause) {
      throw new VitrineError('upstream', `The ${what} could not be fetched: ${new URL(url).host} did not answer. Check data-server and the network.`, { cause });
    }
    if (!response.ok) {
      const code = response.status === 404 ? 'not_found' : 'upstream';
      throw new VitrineError(code, `The ${what} could not be fetched: ${new URL(url).host} answered ${response.status}.`);
    }
    return response;
  };

  const urlOf = ({ url, hash }: LiveArtifact, part = hash) => new URL(url.replace(hash, part), `${server}/`).href;

  const kept = () => useCache(async (cache) => {
    const response = await cache.match(releaseUrl);
    const release = response && parseRelease(await response.json(), shop);
    return release?.artifact && (await cache.match(urlOf(release.artifact))) ? release : undefined;
  });

  return {
    kept,
    async release() {
      const before = await kept();
      try {
        const response = await get(releaseUrl, 'release', before && PATIENCE_MS);
        return { release: parseRelease(await response.json().catch(() => null), shop), offline: false };
      } catch (error) {
        if (!before || (error instanceof VitrineError && error.code === 'not_found')) throw error;
        return { release: before, offline: true };
      }
    },

    async keep(release) {
      await useCache(async (cache) => {
        const before = await cache.match(releaseUrl);
        const known = before && parseRelease(await before.json(), shop).artifact?.hash;
        await cache.put(releaseUrl, Response.json(release));
        if (known === release.artifact?.hash) return; // its parts stay
        const own = release.artifact && urlOf(release.artifact);
        for (const { url } of await cache.keys()) if (url.startsWith(`${base}/artifacts/`) && url !== own) await cache.delete(url);
      });
    },

    async bytes(artifact, part) {
      const url = urlOf(artifact, part);
      const found = await useCache((cache) => cache.match(url));
      if (found) return new Uint8Array(await found.arrayBuffer());
      const response = await get(url, 'artifact');
      const bytes = new Uint8Array(await response.arrayBuffer());
      // A full disk or a blocked cache costs the next page a download, nothing else.
      await useCache((cache) => cache.put(url, new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } })));
      return bytes;
    },

    async forget(artifact) {
      await useCache((cache) => cache.delete(urlOf(artifact)));
    },
  };
}

function parseRelease(value: unknown, shop: string): Release {
  const { artifact, unavailable, popular, rules } = (value ?? {}) as Partial<Release>;
  const whole = artifact === null || (typeof artifact?.url === 'string' && typeof artifact.hash === 'string');
  if (!whole || !Array.isArray(unavailable)) {
    throw new VitrineError('upstream', 'The server answered with something that is not a release. Check that data-server is the plugin server.');
  }
  const ids = (list: unknown) => (Array.isArray(list) ? list.filter((id) => typeof id === 'string') : []);
  return { shop, artifact: artifact ?? null, unavailable: ids(unavailable), popular: ids(popular), rules: Array.isArray(rules) ? rules : [] };
}
