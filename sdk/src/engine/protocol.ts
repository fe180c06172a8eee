import type { ErrorCode } from '../core/errors.ts';
import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import type { BackendName, RankedItem, RankRequest } from '../core/models/recommendation/types.ts';

export type { BackendName } from '../core/models/recommendation/types.ts';

/**
 * `auto` starts on the CPU (WebAssembly, or JavaScript where that is missing) and keeps whichever backend is right and
 * faster; the others are overrides.
 */
export type BackendChoice = 'auto' | 'webgl' | 'wasm' | 'js';

/** An artifact's bytes and everything needed to trust them. */
export interface LoadInput {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The shop's publishable key ("pk_…"). */
  readonly publicKey: string;
  /** SHA-256 in hex, as the release names it. */
  readonly hash: string;
  readonly shop: string;
  readonly backend: BackendChoice;
  /** Further files of a catalogue in parts, as `Ranking.wants` named them. */
  readonly parts?: readonly Uint8Array<ArrayBuffer>[];
}

/** What the client needs to know about a loaded artifact. */
export interface LoadedModel {
  readonly version: string;
  /** Catalogue rows, N. */
  readonly items: number;
}

export interface Ranking {
  readonly items: readonly RankedItem[];
  /** Version of the artifact that ranked them. */
  readonly version: string;
  /** Which backend scanned the catalogue for this answer. */
  readonly backend: BackendName;
  /** Of a catalogue in parts: hashes of the files that would make the next answer better. */
  readonly wants?: readonly string[];
}

/** Which backend answers from now on, and why. */
export interface BackendState {
  readonly backend: BackendName;
  readonly reason: string;
}

/** From the page to the Worker. `id` pairs a reply with its request. */
export type EngineRequest =
  | { readonly id: number; readonly type: 'load'; readonly input: LoadInput }
  | { readonly id: number; readonly type: 'recommend'; readonly request: ListRequest | RankRequest }
  | { readonly id: number; readonly type: 'dispose' };

/** From the Worker to the page. `started` is the first message; `backend` may come at any time after a load. */
export type EngineReply =
  | { readonly type: 'started' }
  | ({ readonly type: 'backend' } & BackendState)
  | { readonly type: 'done'; readonly id: number; readonly value: LoadedModel | Ranking | null }
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly message: string };
