import type { VitrineError } from '../core/errors.ts';
import type { VitrineEvent } from '../core/events/types.ts';
import type { ListOptions } from '../core/models/recommendation/plan-list.ts';
import type { ItemReason } from '../core/models/recommendation/types.ts';
import type { BackendChoice, BackendName } from '../engine/protocol.ts';

/** How to reach a shop's published model. */
export interface VitrineOptions {
  /** The shop id, e.g. "demo.myshopify.com". */
  readonly shop: string;
  /** The shop's publishable key ("pk_…"): checks that the model is the shop's own and names it to the collector. */
  readonly key: string;
  /** Address of the plugin server, e.g. "https://vitrine.example.com". */
  readonly server: string;
  /** `auto` (default) answers on the CPU and takes WebGL where it is right and faster; all rank alike. */
  readonly backend?: BackendChoice;
  /**
   * Did the shopper allow analytics? Left out, Shopify's customer privacy API decides, and where there is none the
   * answer is no: nothing is stored and nothing is sent, recommendations still work.
   */
  readonly consent?: boolean;
  /** Reads the page's `vitrine:*` meta tags and cart forms, and sends their events. Off by default. */
  readonly trackPage?: boolean;
  /** `lists` reports what the lists were, and were clicked, alone: a web pixel reports the rest. Default `all`. */
  readonly report?: 'all' | 'lists';
  /** Address of the engine's module Worker, where a bundler cannot find it. `null` runs the engine on the page. */
  readonly workerUrl?: string | URL | null;
  readonly fetch?: typeof globalThis.fetch;
  /** Where the visit is kept with consent; `localStorage` by default, `null` for memory only. */
  readonly storage?: VisitStorage | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The part of `Storage` the client uses. */
export type VisitStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

type Stamped = 'id' | 'at' | 'sessionId' | 'visitorId';
type Unstamped<Event> = Event extends VitrineEvent ? Omit<Event, Stamped> : never;

/** An event as the page reports it; the client adds id, time and session. */
export type TrackedEvent = Unstamped<VitrineEvent>;

export interface RecommendRequest extends ListOptions {
  /** Items wanted, 1 to 24. Default 4. */
  readonly limit?: number;
  /** Also finds the titles of the products that reasons name. Without consent that is only the product looked at and the basket. */
  readonly reasons?: boolean;
}

/** A product as the shop shows it now. */
export interface Product {
  readonly id: string;
  readonly title: string;
  /** Absolute, or relative to the shop. */
  readonly url: string;
  readonly image: string | null;
  /** In units of `currency`, e.g. 19.9. */
  readonly price: number | null;
  /** ISO 4217, e.g. "EUR". */
  readonly currency: string | null;
}

export interface RecommendedItem extends Product {
  /** 0 is the first. */
  readonly position: number;
  readonly reason: ItemReason;
}

export interface Recommendations {
  /** Best first; empty where the shop has published nothing or too little is left to show. */
  readonly items: readonly RecommendedItem[];
  /** Version of the artifact that ranked them, null when there is none. */
  readonly artifact: string | null;
  /** Which backend scanned the catalogue. */
  readonly backend: BackendName | null;
  /** Set when more of a large catalogue is on its way: the signal `ready` says when the same question has a better answer. */
  readonly partial?: true;
}

/** What the device is running. */
export interface VitrineStatus {
  readonly artifact: string | null;
  readonly backend: BackendName | null;
  /** Why this backend answers. */
  readonly reason: string;
  /** Where the engine runs. */
  readonly engine: 'worker' | 'page' | null;
  /** True when the server could not be reached and the last known artifact ranks. */
  readonly offline: boolean;
  /** Set when nothing can be recommended on this page. */
  readonly error: VitrineError | null;
}

/** What `on` can listen to. */
export interface VitrineSignals {
  /** An artifact is loaded, another took its place, or more of a large catalogue has come. */
  readonly ready: VitrineStatus;
  /** Another backend answers from now on. */
  readonly backend: VitrineStatus;
  /** An event was recorded in this visit, sent or not. */
  readonly event: TrackedEvent;
  /** The shopper's decision changed. */
  readonly consent: boolean;
  /** Something failed; the page goes on without it. */
  readonly error: VitrineError;
}

/** A shop's client: ranks on this device, and reports what the shopper did if they allow it. */
export interface Vitrine {
  /** Records what the shopper did: for this visit's ranking always, for the shop's statistics with consent. Never throws. */
  track(event: TrackedEvent): void;
  /**
   * Ranks on this device.
   * @throws VitrineError with the code of what failed: no artifact that can be trusted, or the server out of reach
   */
  recommend(request: RecommendRequest): Promise<Recommendations>;
  /** Calls back on every signal of this name; returns the function that stops it. */
  on<Name extends keyof VitrineSignals>(name: Name, listener: (signal: VitrineSignals[Name]) => void): () => void;
  /** Records the shopper's decision. Withdrawn, everything stored is deleted and nothing waits to be sent. */
  consent(allowed: boolean): void;
  /** What is running now. */
  readonly status: VitrineStatus;
  /** Loads the artifact, if that has not begun, and resolves once it is loaded or has failed. Never rejects. */
  readonly ready: Promise<VitrineStatus>;
  /** Sends what waits, stops the Worker and every listener. */
  dispose(): void;
}
