import { VitrineError } from '../core/errors.ts';
import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import type { BackendChoice, LoadedModel, Ranking } from '../engine/protocol.ts';
import type { ArtifactSource, Release } from './artifact-source.ts';
import { openEngine, type EnginePort } from './open-engine.ts';
import type { VitrineStatus } from './types.ts';

/** After this long a page that stays open asks whether another artifact is live. */
const RELEASE_MS = 300_000;
/** Engines that may be lost on one page: what takes down two would take down a third. */
const MOST_LOST = 2;

export interface ModelHost {
  readonly status: VitrineStatus;
  /** Loads once; a failed load may be tried again by the next call. */
  start(): Promise<LoadedModel | null>;
  /** What the server, or the browser's cache, said last; null before. */
  readonly release: Release | null;
  /** `wants` of the answer names what is being fetched: `onStatus` tells when it is there. */
  rank(request: ListRequest): Promise<Ranking>;
  dispose(): void;
}

/** The next moment in which the page has nothing to do. */
const idle = () => new Promise<void>((resolve) => {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 5_000 });
  else setTimeout(resolve, 200);
});

/**
 * Keeps the live artifact in the engine: fetch, verify, load, and swap when the shop publishes another. The old one
 * answers until the new one stands: a shopper who comes back to a new version is answered by the version that is here
 * while the new one is fetched in idle time, and one that is broken never takes its place.
 *
 * Of a catalogue in parts, what the visit comes near is fetched in idle time; not where the browser is asked to save data.
 *
 * What ranks, in this order: the live artifact, else the last known one, else (nothing) `start` throws. A session the
 * model does not know gets the artifact's popular items.
 */
export function createModelHost(options: {
  source: ArtifactSource; shop: string; key: string; backend: BackendChoice; workerUrl?: string | URL | null; now: () => number;
  onStatus: (status: VitrineStatus, why: 'ready' | 'backend') => void;
  /** What failed behind an artifact that goes on ranking. */
  onError?: (error: unknown) => void;
}): ModelHost {
  const { source, shop, key, backend, workerUrl, now, onStatus, onError = () => {} } = options;
  let engine: Promise<EnginePort> | null = null;
  let starting: Promise<LoadedModel | null> | null = null;
  let loaded: LoadedModel | null = null;
  let live: Release | null = null;
  /** The newest one heard of, whether its artifact is here or not. */
  let heard: Release | null = null;
  let checkedAt = -Infinity;
  let lost = 0;
  /** Of a catalogue in parts: files by hash; empty where one could not be had. */
  const parts = new Map<string, Uint8Array<ArrayBuffer>>();
  let growing = false;
  let status: VitrineStatus = { artifact: null, backend: null, reason: 'not started', engine: null, offline: false, error: null };

  const update = (change: Partial<VitrineStatus>, why: 'ready' | 'backend') => onStatus((status = { ...status, ...change }), why);

  const openOnce = () => {
    if (lost >= MOST_LOST) throw new VitrineError('internal', 'The engine keeps failing on this page.');
    return (engine ??= openEngine({
      workerUrl,
      onBackend: (state) => update(state, 'backend'),
      onLost() { // the next start() opens another and loads the artifact again, from the cache
        lost++;
        engine = starting = live = null;
      },
    }).catch((error: unknown) => {
      engine = null;
      throw error;
    }));
  };

  const load = async (artifact: NonNullable<Release['artifact']>): Promise<LoadedModel> => {
    const [port, bytes] = await Promise.all([openOnce(), source.bytes(artifact)]);
    status = { ...status, engine: port.where, backend: status.backend ?? 'js' };
    return await port.load({ bytes, publicKey: key, hash: artifact.hash, shop, backend, parts: [...parts.values()] });
  };

  const missing = (ranking: Ranking) => ranking.wants?.filter((hash) => !parts.has(hash)) ?? [];

  /**
   * Fetches what of the live artifact would make an answer better and puts it in, until there is nothing more. What cannot be
   * had is not asked for again on this page.
   */
  const grow = async (request: ListRequest, first: readonly string[]) => {
    growing = true;
    const artifact = live!.artifact!;
    const isLive = () => artifact.hash === live?.artifact?.hash;
    for (let wants = first; wants.length > 0 && isLive(); wants = missing(await (await openOnce()).recommend(request))) {
      for (const hash of wants) {
        await idle();
        const bytes = await source.bytes(artifact, hash).catch(() => new Uint8Array());
        if (isLive()) parts.set(hash, bytes);
      }
      if (isLive()) await load(artifact);
    }
    update({}, 'ready');
  };

  /** A new version is out, and the last one is here: it answers first. */
  const startOnKept = async (release: Release): Promise<boolean> => {
    const kept = live ? undefined : await source.kept();
    if (!release.artifact || !kept?.artifact || kept.artifact.hash === release.artifact.hash) return false;
    try {
      loaded = await load(kept.artifact);
    } catch {
      return false;
    }
    live = kept;
    heard = { ...release, unavailable: [...kept.unavailable, ...release.unavailable] };
    update({ artifact: loaded.version, offline: false, error: null }, 'ready');
    void idle().then(refresh).catch(onError); // it goes on answering
    return true;
  };

  const refresh = async (): Promise<LoadedModel | null> => {
    const { release, offline } = await source.release();
    heard = release;
    checkedAt = now();
    const { artifact } = release;
    if (await startOnKept(release)) return loaded;
    if (artifact && artifact.hash !== live?.artifact?.hash) {
      parts.clear();
      try {
        loaded = await load(artifact);
      } catch (error) {
        await source.forget(artifact);
        // Bytes spoiled in the cache are fetched again; what the server itself serves wrongly fails a second time.
        if (!(error instanceof VitrineError && error.code === 'artifact_corrupt')) throw error;
        loaded = await load(artifact);
      }
    }
    if (!artifact) loaded = null;
    const changed = artifact?.hash !== live?.artifact?.hash || live === null;
    live = release;
    if (!offline) await source.keep(release);
    if (changed) {
      update({ artifact: loaded?.version ?? null, offline, error: null, ...(loaded ? {} : { reason: 'nothing is published' }) }, 'ready');
    }
    return loaded;
  };

  return {
    get status() {
      return status;
    },
    get release() {
      return heard;
    },
    start() {
      starting ??= refresh().catch((error: unknown) => {
        starting = null;
        const known = error instanceof VitrineError ? error : new VitrineError('internal', 'The model could not be loaded.', { cause: error });
        update({ error: known }, 'ready');
        throw known;
      });
      if (live && now() - checkedAt > RELEASE_MS) {
        checkedAt = now();
        refresh().catch(onError); // the artifact that is loaded goes on ranking
      }
      return starting.then(() => loaded);
    },
    async rank(request) {
      const ranking = await (await openOnce()).recommend(request);
      if (ranking.backend !== status.backend) update({ backend: ranking.backend }, 'backend');
      const { connection } = globalThis.navigator as Navigator & { connection?: { readonly saveData?: boolean } };
      const wants = connection?.saveData ? [] : missing(ranking);
      if (wants.length > 0 && !growing) grow(request, wants).catch(() => {}).finally(() => { growing = false; });
      return { ...ranking, wants };
    },
    dispose() {
      engine?.then((port) => port.dispose(), () => {});
      engine = null;
    },
  };
}
