import type { CompanionSum, Goal } from '@vitrine/sdk/core';

/**
 * The stage types of the line: Interactions → Dataset → Checkpoint → Artifact → Evaluation → Release.
 * Columns, not row objects: a million interactions are five typed arrays that move to the training worker untouched.
 */

/** Everything that links a shopper to a product, sorted by time. All columns have the same length. */
export interface Interactions {
  /** Vocabulary of product ids; `item` holds positions in it. Only products the shop still sells are in it. */
  readonly itemIds: readonly string[];
  /** Position in `itemIds`. */
  readonly item: Int32Array;
  /** Position in KINDS: 0 view, 1 cart, 2 purchase. */
  readonly kind: Uint8Array;
  /** Which order or which visit; numbered from 0 by first appearance. */
  readonly group: Int32Array;
  /** Customer or visitor, numbered from 0; -1 unknown. */
  readonly actor: Int32Array;
  /** Seconds since 1970. */
  readonly time: Float64Array;
  /** Bucket of addresses and day that an event came from, numbered; -1 not known. For `weighVisits`, which takes it out. */
  readonly origin?: Int32Array;
}

/** Progress of a training run, for a terminal, the dashboard and the database alike. */
export interface TrainProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** Mean training loss of the epoch so far, nats. */
  readonly loss: number;
  /** Validation metric at the end of the last epoch, e.g. { name: "NDCG@20", value: 0.081 }. */
  readonly validation?: { readonly name: string; readonly value: number };
  readonly secondsElapsed: number;
  readonly secondsLeft: number;
}

/** Trainable parameters with what is needed to encode them. */
export interface Checkpoint {
  readonly config: Readonly<Record<string, number>>;
  readonly itemIds: readonly string[];
  readonly params: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** Rows and weights of each item's companions, [items × count], how much they count, and how they are summed up (both by `mixIndex`). */
  readonly neighbours: {
    readonly count: number; readonly row: Int32Array; readonly weight: Float32Array; readonly mix: Float32Array; readonly sums?: readonly CompanionSum[];
  };
  /** Rows `from` on were placed by what is known of the product, not by shoppers: their vectors' length, and what is added to their bias. */
  readonly placed?: {
    readonly from: number; readonly length: number; readonly shift: number;
    /** Companions that ship of each item, those taken over by new items counted. */
    readonly companions: number;
  };
  readonly history: readonly TrainProgress[];
  /** What a search for settings tried, in order; the last full training with the best score is this checkpoint's. */
  readonly search?: readonly SearchTrial[];
}

/** One training of a search for settings. */
export interface SearchTrial {
  readonly settings: Readonly<Record<string, number>>;
  /** Share of a full training's epochs it was given. */
  readonly share: number;
  /** NDCG@20 of the int8 model on the validation cases, its best epoch. */
  readonly score: number;
  readonly seconds: number;
}

export interface EvaluationRow {
  readonly model: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** To learn, to choose settings and to answer. */
  readonly seconds: number;
  readonly bytes?: number;
  /** Standard errors of the metrics, where they are known. */
  readonly errors?: Readonly<Record<string, number>>;
  /** What was chosen on validation data. */
  readonly settings?: Readonly<Record<string, number | string | null>>;
  /** Seconds of learning and choosing, in `seconds`. */
  readonly learning?: number;
}

/** The machine-readable form of every evaluation (`--json`). */
export interface Evaluation {
  readonly dataset: string;
  /** Split, what is ranked, and what counts as right. */
  readonly protocol: string;
  readonly goal: Goal;
  readonly seed: number;
  /** Predictions made. */
  readonly cases: number;
  readonly rows: readonly EvaluationRow[];
  /** NDCG@20 on the same cases after the model that ships, and the live one, have learned from them: shows that a model is broken, not how good it is. */
  readonly final?: { readonly shipped: number; readonly live?: number };
}

/** What is known of a product before anyone has looked at it. */
export interface ProductContent {
  readonly id: string;
  readonly title: string;
  readonly productType: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  /** Lowest variant price in the shop's currency. */
  readonly price: number | null;
  /** Numbers that describe the picture, as many for every product that has one; where a shop has a model that makes them. */
  readonly picture?: readonly number[];
}

/** What the model that an update replaced scored on the orders and visits that came after it. */
export interface UpdateScore {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly cases: number;
  /** NDCG@20, and that of co-purchase on the same cases. */
  readonly ndcg: number;
  readonly coPurchase: number;
}
