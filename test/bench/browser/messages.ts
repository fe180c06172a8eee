import type { SessionItem } from '@vitrine/sdk/core';

/** What a peer is asked; the shapes are those of our own Worker's protocol, so that one page serves both. */
export interface PeerLoad {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly items: number;
  /** Folder of the peer's own files, with a slash at its end. */
  readonly assets: string;
}

export interface BenchRequest {
  readonly session: readonly SessionItem[];
  readonly goal: 'view';
  readonly limit: number;
}

export type PeerMessage =
  | { readonly id: number; readonly type: 'load'; readonly input: PeerLoad }
  | { readonly id: number; readonly type: 'recommend'; readonly request: BenchRequest };

export interface Answer {
  readonly items: readonly { readonly id: string }[];
  /** Ours only: which backend scanned the catalogue. */
  readonly backend?: string;
}

/** Every reply, ours or a peer's. `milliseconds` is the stopwatch's: from the message's arrival to this reply. */
export interface Reply {
  readonly type: 'started' | 'backend' | 'done' | 'failed';
  readonly id?: number;
  readonly value?: Answer;
  readonly message?: string;
  readonly backend?: string;
  readonly milliseconds?: number;
}

/** The part of a Worker's global scope that is used here. */
export interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** The instruments in a Worker do what they are asked on the channel of this name, then answer with their counts. */
export const CHANNEL = 'vitrine-bench';
export type InstrumentRequest = 'lose-contexts' | 'count-objects';
export interface ObjectCounts {
  readonly textures: number;
  readonly buffers: number;
  readonly framebuffers: number;
  readonly programs: number;
  readonly contexts: number;
}
