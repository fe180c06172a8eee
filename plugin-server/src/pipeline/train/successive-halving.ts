/** One training of a search, as its table shows it. */
export interface Trial<Settings> {
  readonly settings: Settings;
  /** Share of a full training's epochs it was given. */
  readonly share: number;
  /** What it reached on validation; larger is better. */
  readonly score: number;
  readonly seconds: number;
}

export interface SearchOptions<Settings, Result> {
  /** What to try; the first is what a training without a search takes. */
  readonly candidates: readonly Settings[];
  /** How long the search may take, the winner's full training included. */
  readonly seconds: number;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Trains from the beginning with a share of the epochs, and within `seconds`. */
  readonly train: (settings: Settings, share: number, seconds: number) => Promise<{ readonly score: number; readonly result: Result }>;
  readonly onTrial?: (trial: Trial<Settings>, trials: number) => void;
}

/** Shares of a full training, in turn; a third of the candidates goes on to the next. */
const SHARES = [1 / 9, 1 / 3, 1];
const KEPT = 1 / 3;

/**
 * Successive halving (Jamieson and Talwalkar, 2016), by thirds: all candidates get a ninth of a training, the better third
 * of them a third of one, the best of those all of it. The first candidate's ninth is timed to see how many the time
 * allows; those further back in the list are not tried.
 *
 * @returns the result of the best full training, and all trials in the order they were carried out
 */
export async function successiveHalving<Settings, Result>(
  { candidates, seconds, clock, train, onTrial }: SearchOptions<Settings, Result>,
): Promise<{ readonly settings: Settings; readonly result: Result; readonly trials: readonly Trial<Settings>[] }> {
  const started = clock();
  const left = () => seconds - (clock() - started) / 1000;
  const trials: Trial<Settings>[] = [];
  let best: { score: number; settings: Settings; result: Result } | undefined;

  const attempt = async (settings: Settings, share: number): Promise<number> => {
    const begun = clock();
    const { score, result } = await train(settings, share, left());
    const trial = { settings, share, score, seconds: (clock() - begun) / 1000 };
    trials.push(trial);
    onTrial?.(trial, trials.length);
    if (share === 1 && (!best || score > best.score)) best = { score, settings, result };
    return score;
  };

  const first = await attempt(candidates[0], SHARES[0]);
  const whole = trials[0].seconds / SHARES[0]; // seconds of a full training
  // Of n candidates, n ninths, n/3 thirds and n/9 full trainings: n/3 full trainings in all.
  const affordable = Math.max(1, Math.min(candidates.length, Math.floor((left() / whole) * 3)));
  let scored = [{ settings: candidates[0], score: first }];
  for (const settings of candidates.slice(1, affordable)) {
    if (left() < whole) break; // time for the winner's full training
    scored.push({ settings, score: await attempt(settings, SHARES[0]) });
  }
  for (const share of SHARES.slice(1)) {
    const kept = scored.toSorted((a, b) => b.score - a.score).slice(0, Math.max(1, Math.round(scored.length * KEPT)));
    if (kept.length === 1 && share < 1) {
      scored = kept;
      continue;
    }
    scored = [];
    for (const { settings } of kept) {
      if (scored.length > 0 && left() < whole * (share < 1 ? 1 + share : 1)) break;
      scored.push({ settings, score: await attempt(settings, share) });
    }
  }
  return { settings: best!.settings, result: best!.result, trials };
}
