/** Uses this SDK's cache in the browser; undefined where there is none. */
export type UseCache = <T>(use: (cache: Cache) => Promise<T>) => Promise<T | undefined>;

const NAME = 'vitrine';
/** A cache that takes longer is slower than the network, and not asked again. */
const PATIENCE_MS = 2_000;

/**
 * The Cache API as something to have or to do without: blocked, full, broken or silent, it counts as absent.
 *
 * @example
 * const useCache = createBrowserCache(globalThis.caches);
 * const kept = await useCache((cache) => cache.match(url));
 */
export function createBrowserCache(caches?: CacheStorage): UseCache {
  let usable = caches;
  return (use) => new Promise((resolve) => {
    const timer = setTimeout(() => resolve((usable = undefined)), PATIENCE_MS);
    const attempt = async () => usable && use(await usable.open(NAME));
    attempt().then(resolve, () => resolve(undefined)).finally(() => clearTimeout(timer));
  });
}
