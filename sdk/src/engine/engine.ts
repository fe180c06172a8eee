import { verifyArtifact } from '../core/artifact/verify.ts';
import type { SubtleLike } from '../core/artifact/subtle.ts';
import { VitrineError } from '../core/errors.ts';
import { GOALS } from '../core/models/recommendation/config.ts';
import { createJsScan } from '../core/models/recommendation/js-scan.ts';
import { loadRecommendation, type RecommendationModel } from '../core/models/recommendation/load.ts';
import { type ListRequest, planList } from '../core/models/recommendation/plan-list.ts';
import { rank } from '../core/models/recommendation/rank.ts';
import type { BlockScan, RankRequest } from '../core/models/recommendation/types.ts';
import { createWasmScan } from '../core/models/recommendation/wasm-scan.ts';
import { chooseBackend } from './choose-backend.ts';
import type { BackendChoice, BackendState, LoadedModel, LoadInput, Ranking } from './protocol.ts';

type OpenWebgl = (model: RecommendationModel, cpu: BlockScan, choice: BackendChoice, now: () => number) => Promise<BlockScan>;

export interface EngineOptions {
  readonly subtle?: SubtleLike;
  readonly now?: () => number;
  /** Opens the WebGL scan. The default imports its chunk, so that a device without it never pays for it. */
  readonly openWebgl?: OpenWebgl;
  readonly onBackend?: (state: BackendState) => void;
}

export interface Engine extends LoadedModel {
  /** Answers what a page wants, or a ranking that is planned already. */
  recommend(request: ListRequest | RankRequest): Promise<Ranking>;
  dispose(): void;
}

const importWebgl: OpenWebgl = async (...input) => (await import('./open-webgl.ts')).openWebgl(...input);

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
  const { subtle = globalThis.crypto?.subtle } = options;
  const artifact = await verifyArtifact(bytes, { publicKey, hash, shop, subtle });
  if (artifact.manifest.audience !== 'browser') {
    throw new VitrineError('artifact_corrupt', 'This artifact is for the server only. Publish one for browsers.');
  }
  const base = loadRecommendation(artifact);
  // A catalogue in parts is put together by code that others do not load.
  const parts = artifact.tensors.has('shard_hash') ? await (await import('./open-shards.ts')).openShards(artifact, base, input.parts ?? [], subtle) : undefined;
  const model = parts?.model ?? base;
  const { backend: choice } = input;
  const { now = () => performance.now(), openWebgl = importWebgl, onBackend } = options;
  const cpu = (choice !== 'js' && createWasmScan(model)) || createJsScan(model);
  const backend = chooseBackend({ choice, cpu, openWebgl: () => openWebgl(model, cpu, choice, now), dim: model.config.dim, now, onChange: onBackend });
  if (choice === 'webgl') await backend.settled;

  const goals = GOALS.filter((_, index) => (model.config.goals >> index) & 1);
  return {
    version: model.version,
    items: model.config.items,
    async recommend(wanted) {
      const request = 'list' in wanted ? planList(wanted, goals) : wanted;
      for (;;) {
        const { scan } = backend;
        try {
          return { items: await rank(model, scan, request), version: model.version, backend: scan.name, wants: parts?.wants(request) };
        } catch (error) {
          // A lost or wrong GPU changes no answer: the CPU gives it instead. What has a code is the request's own fault.
          if ((error as VitrineError).code || !backend.giveUp(scan, (error as Error).message)) throw error;
        }
      }
    },
    dispose: () => backend.dispose(),
  };
}
