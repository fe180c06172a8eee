import { bonusIndex, mixIndex, PLAIN_SUM, positionBucket } from './config.ts';
import type { RecommendationModel } from './load.ts';

/** Rows and kinds of the session items the model knows, oldest first, at most REPEAT_LENGTH. */
export interface KnownSession {
  readonly rows: readonly number[];
  readonly kinds: readonly number[];
}

export interface EncodedSession {
  /** [dim] int8: the session's direction, scaled so that its largest entry is ±127. */
  readonly query: Int8Array;
  /** Score of one unit of the whole-number dot product. */
  readonly unit: number;
  /** What is added to a row's score: the repeat bonus of the session's own rows, and their neighbours. */
  readonly bonus: ReadonlyMap<number, number>;
  /** Weight of each of the items that the encoder read, the newest `attention.length`; they sum to 1. */
  readonly attention: Float64Array;
}

/**
 * The session encoder in plain JavaScript: the same equations as `model.ts` (see README.md), in double precision and a
 * fixed order, so that every backend starts from the same int8 query.
 *
 * @param session at least one item
 * @param goal position in GOALS
 */
export function encodeSession(model: RecommendationModel, session: KnownSession, goal: number): EncodedSession {
  const { config, params, table, tableScale } = model;
  const d = config.dim;
  const length = Math.min(session.rows.length, config.maxLength);
  const skipped = session.rows.length - length;
  const position = params.get('position')!;
  const kind = params.get('kind')!;

  const items = new Float64Array(length * d); // e_t
  const tokens = new Float64Array(length * d); // x_t = e_t + position + kind
  const mean = new Float64Array(d);
  for (let t = 0; t < length; t++) {
    const row = session.rows[skipped + t] * d;
    const p = positionBucket(length - 1 - t) * d;
    const k = session.kinds[skipped + t] * d;
    for (let j = 0; j < d; j++) {
      const e = table[row + j] * tableScale;
      items[t * d + j] = e;
      tokens[t * d + j] = e + position[p + j] + kind[k + j];
      mean[j] += e / length;
    }
  }
  const last = tokens.subarray((length - 1) * d);

  // a = softmax over t of v · sigmoid(x_t W1 + l W2 + m W3 + b)
  // where x_t W1 = e_t W1 + position W1 + kind W1, each computed once: a visit that goes on brings one new item.
  const products = productsOf(model);
  const shared = Float64Array.from(params.get('attention_bias')!);
  addProduct(shared, last, params.get('attention_last')!, d);
  addProduct(shared, mean, params.get('attention_mean')!, d);
  const out = params.get('attention_out')!;
  const attention = new Float64Array(length);
  let peak = -Infinity;
  for (let t = 0; t < length; t++) {
    const item = products.item(session.rows[skipped + t]);
    const p = positionBucket(length - 1 - t) * d;
    const k = session.kinds[skipped + t] * d;
    let logit = 0;
    for (let j = 0; j < d; j++) logit += out[j] / (1 + Math.exp(-(shared[j] + item[j] + products.position[p + j] + products.kind[k + j])));
    attention[t] = logit;
    if (logit > peak) peak = logit;
  }
  let total = 0;
  for (let t = 0; t < length; t++) total += attention[t] = Math.exp(attention[t] - peak);

  // q = [l ; sum of a_t e_t] Wq + goal
  const joined = new Float64Array(2 * d);
  joined.set(last);
  for (let t = 0; t < length; t++) {
    const weight = attention[t] /= total;
    for (let j = 0; j < d; j++) joined[d + j] += weight * items[t * d + j];
  }
  const direction = Float64Array.from(params.get('goal')!.subarray(goal * d, goal * d + d));
  addProduct(direction, joined, params.get('project')!, d);

  const bonus = repeatBonus(model, session, goal);
  addNeighbours(bonus, model, session, goal);
  return { ...quantiseQuery(direction, config.scale * tableScale), bonus, attention };
}

/** What the session's own rows earn: ρ_i + Σ_{t: i_t = i} B[goal, kind_t, bucket_t]. */
export function repeatBonus({ params }: Pick<RecommendationModel, 'params'>, { rows, kinds }: KnownSession, goal: number): Map<number, number> {
  const table = params.get('bonus')!;
  const own = params.get('repeat_bias')!;
  const bonus = new Map<number, number>();
  rows.forEach((row, t) => bonus.set(row, (bonus.get(row) ?? own[row]) + table[bonusIndex(goal, kinds[t], rows.length - 1 - t)]));
  return bonus;
}

/** Products with W1 that do not depend on the session. */
interface Products {
  /** [positions × dim] and [kinds × dim]. */
  readonly position: Float64Array;
  readonly kind: Float64Array;
  /** e W1 of a catalogue row, [dim]. */
  item(row: number): Float64Array;
}

const products = new WeakMap<RecommendationModel, Products>();

/** Rows whose product is kept: more than any visit holds, 0.5 MB at 64 columns. */
const KEPT = 1_024;

function productsOf(model: RecommendationModel): Products {
  let known = products.get(model);
  if (known) return known;
  const { params, table, tableScale, config: { dim } } = model;
  const weights = params.get('attention_item')!;
  const timesWeights = (x: Float64Array) => {
    const product = new Float64Array(dim);
    addProduct(product, x, weights, dim);
    return product;
  };
  const eachRow = (name: string) => {
    const rows = Float64Array.from(params.get(name)!);
    for (let at = 0; at < rows.length; at += dim) rows.set(timesWeights(rows.slice(at, at + dim)), at);
    return rows;
  };
  const kept = new Map<number, Float64Array>();
  known = {
    position: eachRow('position'), kind: eachRow('kind'),
    item(row) {
      let product = kept.get(row);
      if (!product) {
        if (kept.size >= KEPT) kept.clear();
        kept.set(row, (product = timesWeights(Float64Array.from(table.subarray(row * dim, row * dim + dim), (value) => value * tableScale))));
      }
      return product;
    },
  };
  products.set(model, known);
  return known;
}

/** bonus(j) += mix · f(Σ_t decay^(distance of t) · w(i_t, j)) for each kind, over the items the encoder reads; f is x or √x. */
function addNeighbours(bonus: Map<number, number>, { config, neighbours }: RecommendationModel, session: KnownSession, goal: number): void {
  const { mix } = neighbours;
  for (const kind of new Set(session.kinds)) {
    const at = mixIndex(goal, kind);
    if (mix[at] === 0) continue;
    const rule = neighbours.sums?.[at] ?? PLAIN_SUM;
    for (const [row, sum] of sumCompanions(neighbours, session, kind, rule.decay, config.maxLength)) {
      bonus.set(row, (bonus.get(row) ?? 0) + mix[at] * (rule.root ? Math.sqrt(sum) : sum));
    }
  }
}

/**
 * Σ_t decay^(distance of t) · w(i_t, j) by companion j, over the session's newest `length` items, those of one kind.
 * @param neighbours companions of each item; an entry of weight 0 stands for none
 */
export function sumCompanions(
  { count, row, weight }: Pick<RecommendationModel['neighbours'], 'count' | 'row' | 'weight'>, session: KnownSession, kind: number, decay: number, length: number,
): Map<number, number> {
  const sums = new Map<number, number>();
  const oldest = Math.max(0, session.rows.length - length);
  // Multiplied up, not raised to a power: JavaScript engines may differ in the last bit of a power. A square root they share.
  for (let t = session.rows.length - 1, strength = 1; t >= oldest; t--, strength *= decay) {
    if (session.kinds[t] !== kind) continue;
    const from = session.rows[t] * count;
    for (let k = from; k < from + count; k++) {
      if (weight[k] > 0) sums.set(row[k], (sums.get(row[k]) ?? 0) + strength * weight[k]);
    }
  }
  return sums;
}

/** Scales a direction to unit length, then to int8; an all-zero direction gives an all-zero query. */
function quantiseQuery(direction: Float64Array, unit: number): { query: Int8Array; unit: number } {
  let squares = 0;
  let largest = 0;
  for (const value of direction) {
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  if (!(largest > 0)) return { query: new Int8Array(direction.length), unit };
  const query = Int8Array.from(direction, (value) => Math.round((value / largest) * 127));
  return { query, unit: (unit * largest) / (127 * Math.sqrt(squares)) };
}

/**
 * sum += x · W with W [x.length, dim] row-major. Four rows of W at a time, each sum still added up in the order of the rows: the
 * same bits as one at a time, with a quarter of the writes.
 */
function addProduct(sum: Float64Array, x: Float64Array, weights: Float32Array, dim: number): void {
  let i = 0;
  for (; i + 4 <= x.length; i += 4) {
    const [a, b, c, d] = [x[i], x[i + 1], x[i + 2], x[i + 3]];
    for (let j = 0, at = i * dim; j < dim; j++, at++) {
      sum[j] = sum[j] + a * weights[at] + b * weights[at + dim] + c * weights[at + 2 * dim] + d * weights[at + 3 * dim];
    }
  }
  for (; i < x.length; i++) for (let j = 0; j < dim; j++) sum[j] += x[i] * weights[i * dim + j];
}
