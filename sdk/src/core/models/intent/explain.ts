import type { Row } from '../../features/row.ts';
import { addFeature, type IntentModel } from './forward.ts';

/** Why a row is more or less likely a yes than another one. */
export interface IntentExplanation {
  /** Log-odds of the row, and of the reference it is compared with. */
  readonly logit: number;
  readonly reference: number;
  /** What each feature adds to the log-odds, in the model's order: together logit − reference. */
  readonly contributions: readonly { readonly name: string; readonly value: number }[];
}

/**
 * Integrated gradients (Sundararajan et al., 2017) from a reference row to this one, exactly: along the straight line between the
 * first layers of both, the network is linear between the points where a hidden unit turns on or off, and those are
 * solved for instead of sampled. A feature that both rows share adds nothing.
 *
 * @param reference e.g. a typical visit, or this one an event ago
 */
export function explainIntent(model: IntentModel, row: Row, reference: Row): IntentExplanation {
  const { config: { hidden: h, members: k }, features, params } = model;
  const units = h * k;
  const from = Float64Array.from(params.get('first_bias')!);
  const to = from.slice();
  const changes = features.map((_, at) => {
    const [before, after] = [new Float64Array(units), new Float64Array(units)];
    addFeature(model, at, reference, before);
    addFeature(model, at, row, after);
    for (let unit = 0; unit < units; unit++) {
      from[unit] += before[unit];
      to[unit] += after[unit];
      after[unit] -= before[unit];
    }
    return after;
  });
  let [logit, base] = [0, 0];
  const gradient = new Float64Array(units); // of the members' mean, averaged over the line
  for (let member = 0; member < k; member++) {
    const network = memberNetwork(model, member);
    const [start, end] = [from, to].map((all) => all.subarray(member * h, (member + 1) * h));
    logit += network.answer(end) / k;
    base += network.answer(start) / k;
    gradient.set(network.meanGradient(start, end).map((value) => value / k), member * h);
  }
  const contributions = features.map(({ name }, at) => ({ name, value: changes[at].reduce((sum, change, unit) => sum + change * gradient[unit], 0) }));
  return { logit, reference: base, contributions };
}

/** What stands above the first layer of one member, as a function of it. */
function memberNetwork({ config: { hidden: h }, params }: IntentModel, member: number) {
  const get = (name: string) => params.get(name)!;
  const own = (name: string) => get(name).subarray(member * h, (member + 1) * h);
  const [second, input, output, bias, last] = [get('second'), own('second_in'), own('second_out'), own('second_bias'), own('last')];
  const weight = (lower: number, upper: number) => input[lower] * second[lower * h + upper] * output[upper];

  const upper = (low: Float64Array) => {
    const high = Float64Array.from(bias);
    for (let i = 0; i < h; i++) if (low[i] > 0) for (let j = 0; j < h; j++) high[j] += low[i] * weight(i, j);
    return high;
  };
  const answer = (low: Float64Array) => upper(low).reduce((sum, value, j) => sum + Math.max(0, value) * last[j], get('last_bias')[member]);

  /** The mean over the line, each linear stretch weighed by its length. */
  const meanGradient = (start: Float64Array, end: Float64Array): Float64Array => {
    const at = (t: number) => start.map((value, i) => value + t * (end[i] - value));
    const mean = new Float64Array(h);
    const cuts = [0, ...crossings(start, end), 1];
    for (let piece = 0; piece + 1 < cuts.length; piece++) {
      const [left, right] = [cuts[piece], cuts[piece + 1]];
      // Within it the second layer is linear too: where its units cross 0 divides it further.
      const finer = [0, ...crossings(upper(at(left)), upper(at(right))), 1].map((share) => left + share * (right - left));
      for (let part = 0; part + 1 < finer.length; part++) {
        const length = finer[part + 1] - finer[part];
        if (length <= 0) continue;
        const low = at((finer[part] + finer[part + 1]) / 2);
        const high = upper(low);
        for (let i = 0; i < h; i++) {
          if (low[i] <= 0) continue;
          let slope = 0;
          for (let j = 0; j < h; j++) if (high[j] > 0) slope += weight(i, j) * last[j];
          mean[i] += length * slope;
        }
      }
    }
    return mean;
  };
  return { answer, meanGradient };
}

/** Where, of 0 to 1, entries of a vector that moves from `start` to `end` change their sign; rising. */
function crossings(start: Float64Array, end: Float64Array): number[] {
  const found: number[] = [];
  for (let i = 0; i < start.length; i++) if (start[i] * end[i] < 0) found.push(start[i] / (start[i] - end[i]));
  return found.sort((a, b) => a - b);
}
