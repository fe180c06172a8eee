import type { RecommendationModel } from '../core/models/recommendation/load.ts';
import type { Scorer } from '../core/models/recommendation/types.ts';
import type { BackendChoice, BackendName, BackendState } from './protocol.ts';

export interface ChooseOptions {
  readonly choice: BackendChoice;
  /** The reference, always there. */
  readonly js: Scorer;
  /** Opens the GPU; may fail. Asked for only when `choice` allows it. */
  readonly openWebgl: () => Promise<Scorer>;
  /** Why WebGL is not worth opening here, or null; asked under `auto` only. */
  readonly probe: () => string | null;
  /** Milliseconds, for calibration. */
  readonly now: () => number;
  readonly onChange?: (state: BackendState) => void;
}

export interface BackendSwitch {
  readonly state: BackendState;
  /** The first attempt at WebGL is over, with whatever result. */
  readonly settled: Promise<void>;
  /** Scores one query with the backend in charge; falls back to JavaScript within the same call. */
  score(query: Int8Array): Promise<{ dots: ArrayLike<number>; backend: BackendName }>;
  dispose(): void;
}

const SELF_TEST_QUERIES = 4;
const CALIBRATION_CALLS = 5;
/** Lost contexts after which a page stays on JavaScript. */
const MOST_REBUILDS = 2;

/**
 * Starts on JavaScript, warms WebGL up behind it, and lets WebGL answer only if it returns exactly JavaScript's numbers
 * on this device. Under `auto` it must also be real hardware and faster. A lost context falls back and is rebuilt.
 *
 * @example
 * const backend = chooseBackend(model, { choice: 'auto', js: createJsScorer(model), openWebgl, probe: probeRenderer, now: () => performance.now() });
 */
export function chooseBackend(model: Pick<RecommendationModel, 'config'>, options: ChooseOptions): BackendSwitch {
  const { choice, js, openWebgl, probe, now, onChange } = options;
  let webgl: Scorer | null = null;
  let disposed = false;
  let rebuilds = 0;
  let state: BackendState = { backend: 'js', reason: choice === 'js' ? 'chosen' : 'WebGL is warming up' };

  const change = (backend: BackendName, reason: string) => {
    state = { backend, reason };
    onChange?.(state);
  };

  const warmUp = async () => {
    let candidate: Scorer | null = null;
    try {
      if (choice === 'auto') {
        await new Promise((resolve) => setTimeout(resolve)); // the first answer goes before
        const reason = disposed ? null : probe();
        if (reason !== null) return change('js', reason);
      }
      candidate = await openWebgl();
      const objection = await examine(candidate, js, model.config.dim, choice, now);
      if (objection === null && !disposed) {
        webgl = candidate;
        change('webgl', choice === 'webgl' ? 'chosen' : 'faster on this device');
        return;
      }
      candidate.dispose();
      if (!disposed) change('js', objection ?? 'disposed');
    } catch (error) {
      candidate?.dispose();
      if (!disposed) change('js', error instanceof Error ? error.message : 'WebGL failed');
    }
  };

  const settled = choice === 'js' ? Promise.resolve() : warmUp();

  const giveUp = (lost: Scorer) => {
    if (webgl !== lost) return; // another call was first
    webgl = null;
    lost.dispose();
    change('js', 'the WebGL context was lost');
    if (rebuilds++ < MOST_REBUILDS && !disposed) void warmUp();
  };

  return {
    get state() {
      return state;
    },
    settled,
    async score(query) {
      const inCharge = webgl;
      if (inCharge) {
        try {
          return { dots: await inCharge.score(query), backend: 'webgl' };
        } catch {
          giveUp(inCharge);
        }
      }
      return { dots: await js.score(query), backend: 'js' };
    },
    dispose() {
      disposed = true;
      webgl?.dispose();
      webgl = null;
    },
  };
}

/** Why this WebGL may not answer, or null. */
async function examine(webgl: Scorer, js: Scorer, dim: number, choice: BackendChoice, now: () => number): Promise<string | null> {
  const queries = testQueries(dim);
  for (const query of queries) {
    const expected = await js.score(query);
    const actual = await webgl.score(query);
    if (!sameNumbers(expected, actual)) return 'WebGL computes wrong numbers on this device';
  }
  if (choice === 'webgl') return null;
  const faster = (await medianTime(webgl, queries[0], now)) < (await medianTime(js, queries[0], now));
  return faster ? null : 'JavaScript is faster on this device';
}

/** Int8 queries from a fixed generator; the first holds the extremes. */
function testQueries(dim: number): Int8Array[] {
  let state = 0x2545f491;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  return Array.from({ length: SELF_TEST_QUERIES }, (_, index) =>
    Int8Array.from({ length: dim }, (_, j) => (index === 0 ? (j % 2 === 0 ? 127 : -127) : (next() % 255) - 127)));
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

async function medianTime(scorer: Scorer, query: Int8Array, now: () => number): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALIBRATION_CALLS; call++) {
    const start = now();
    await scorer.score(query);
    times.push(now() - start);
  }
  return times.sort((a, b) => a - b)[CALIBRATION_CALLS >> 1];
}
