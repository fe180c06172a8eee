import type { UpdateScore } from '../../types.ts';

export interface DriftInput {
  /** Of the last updates, oldest first. */
  readonly scores: readonly UpdateScore[];
  /** NDCG@20 over co-purchase's when the model was last trained in full; 0 unknown. */
  readonly lead: number;
  /** Milliseconds since 1970. */
  readonly fullAt: number;
  readonly now: number;
  /** Products that may be shown now, and how many of them were added after the last full training. */
  readonly products: number;
  readonly added: number;
}

/** Updates whose scores are taken together: one day says little. */
export const WINDOW = 7;
/** With fewer cases nothing is concluded. */
const FEWEST_CASES = 300;
/** How much of its lead over co-purchase a model may lose. */
const MARGIN = 0.1;
/** Share of the catalogue that may be new. */
const TURNOVER = 0.25;
/** Days after which a model is trained anew in any case: settings and companions may have to be chosen otherwise. */
const OLDEST_DAYS = 30;
const DAY = 86_400_000;

/**
 * Why a full training is due, in one line for the owner; undefined when it is not. A model has fallen behind when, over the
 * last updates, it no longer beats co-purchase, or has lost a tenth of the lead that it had when it was trained: both are
 * scored on the same orders and visits, so a season that is harder to predict is no reason.
 */
export function trainingReason({ scores, lead, fullAt, now, products, added }: DriftInput): string | undefined {
  const days = Math.floor((now - fullAt) / DAY);
  if (days >= OLDEST_DAYS) return `the last full training was ${days} days ago`;
  if (products > 0 && added / products > TURNOVER) return `${Math.round((100 * added) / products)} % of the products came after the last full training`;
  const last = scores.slice(-WINDOW);
  const cases = last.reduce((sum, score) => sum + score.cases, 0);
  if (cases < FEWEST_CASES) return undefined;
  const mean = (value: (score: UpdateScore) => number) => last.reduce((sum, score) => sum + score.cases * value(score), 0) / cases;
  const [model, baseline] = [mean(({ ndcg }) => ndcg), mean(({ coPurchase }) => coPurchase)];
  const said = `over the last ${last.length} updates NDCG@20 was ${model.toFixed(4)}, co-purchase's ${baseline.toFixed(4)}`;
  if (baseline > 0 && model <= baseline) return `${said}: the model no longer beats it`;
  if (baseline > 0 && lead > 1 && model / baseline < lead * (1 - MARGIN)) return `${said}: the model has lost more than a tenth of its lead of ${lead.toFixed(2)} to 1`;
  return undefined;
}
