import { verifyArtifact } from '../core/artifact/verify.ts';
import type { SubtleLike } from '../core/artifact/subtle.ts';
import { VitrineError } from '../core/errors.ts';
import { GOALS } from '../core/models/recommendation/config.ts';
import { createJsScorer } from '../core/models/recommendation/js-scorer.ts';
import { loadRecommendation } from '../core/models/recommendation/load.ts';
import { rank } from '../core/models/recommendation/rank.ts';
import type { RankRequest } from '../core/models/recommendation/types.ts';
import { chooseBackend } from './choose-backend.ts';
import { probeRenderer } from './probe-renderer.ts';
import type { BackendName, BackendState, LoadedModel, LoadInput, Ranking } from './protocol.ts';

export interface EngineOptions {
  readonly subtle?: SubtleLike;
  readonly now?: () => number;
  /** Opens the WebGL scorer. The default imports its chunk, so that plain JavaScript never pays for it. */
  readonly openWebgl?: typeof openWebgl;
  readonly onBackend?: (state: BackendState) => void;
}

export interface Engine extends LoadedModel {
  recommend(request: RankRequest): Promise<Ranking>;
  dispose(): void;
}

type Model = ReturnType<typeof loadRecommendation>;

const openWebgl = async (model: Model) => (await import('./webgl-scorer.ts')).openWebglScorer(model);

/**
 * Verifies an artifact, loads it and answers from it. Knows nothing of Workers or the DOM: it runs the same in a Worker,
 * on a page and in Node.
 *
 * With `backend: 'webgl'` the promise waits for WebGL's self-test, so that the first answer already comes from it.
 *
 * @throws VitrineError `artifact_corrupt`, `artifact_version`, `artifact_signature`, `artifact_shop`, `bad_config`
 *
 * @example
 * const engine = await loadEngine({ bytes, publicKey, hash, shop, backend: 'auto' });
 * const { items, backend } = await engine.recommend({ session: [{ id: '42', kind: 'view' }], goal: 'view', limit: 8 });
 */
export async function loadEngine(input: LoadInput, options: EngineOptions = {}): Promise<Engine> {
  const { bytes, publicKey, hash, shop } = input;
  const subtle = options.subtle ?? globalThis.crypto?.subtle;
  if (!subtle) {
    throw new VitrineError('bad_config', 'Web Crypto is missing, so the artifact cannot be verified: serve the shop over https.');
  }
  const artifact = await verifyArtifact(bytes, { publicKey, hash, shop, subtle });
  if (artifact.manifest.audience !== 'browser') {
    throw new VitrineError('artifact_corrupt', 'This artifact is for the server only. Publish one for browsers.');
  }
  const model = loadRecommendation(artifact);
  const js = createJsScorer(model);
  const open = options.openWebgl ?? openWebgl;
  const backend = chooseBackend(model, {
    choice: input.backend, js, openWebgl: () => open(model), probe: probeRenderer, now: options.now ?? (() => performance.now()), onChange: options.onBackend,
  });
  if (input.backend === 'webgl') await backend.settled;

  return {
    version: model.version,
    items: model.config.items,
    goals: GOALS.filter((_, index) => (model.config.goals >> index) & 1),
    async recommend(request) {
      let answered: BackendName = backend.state.backend;
      const scorer = {
        name: answered,
        async score(query: Int8Array) {
          const { dots, backend: by } = await backend.score(query);
          answered = by;
          return dots as Int32Array | Float32Array;
        },
        dispose() {},
      };
      const items = await rank(model, scorer, request);
      return { items, version: model.version, backend: answered };
    },
    dispose: () => backend.dispose(),
  };
}
