/** Uses this SDK's cache in the browser; undefined where there is none. */
export type UseCache = <T>(use: (cache: Cache) => Promise<T>) => Promise<T | undefined>;

const NAME = 'vitrine';

/**
 * The Cache API as something to have or to do without: blocked, full or broken, it counts as absent.
 *
 * @example
 * const useCache = createBrowserCache(globalThis.caches);
 * const kept = await useCache((cache) => cache.match(url));
 */
export function createBrowserCache(caches?: CacheStorage): UseCache {
  return async (use) => {
    try {
      return caches && (await use(await caches.open(NAME)));
    } catch {
      return undefined;
    }
  };
}
