import { createRandom } from '../../dataset/random.ts';

/** Columns cut into at most 256 bins each, a byte a value: what the trees see of a table. */
export interface BinnedColumns {
  readonly bins: readonly Uint8Array[];
  /** Bins of each column. */
  readonly sizes: readonly number[];
}

export interface BoostOptions {
  readonly learningRate: number;
  readonly leaves: number;
  /** Fewest rows in a leaf. */
  readonly leafRows: number;
  /** L2 on leaf values. */
  readonly l2: number;
  /** Share of rows, and of columns, that a tree sees. */
  readonly rowShare: number;
  readonly columnShare: number;
  readonly trees: number;
  /** Trees without improvement on the validation rows before it ends. */
  readonly patience: number;
  readonly seed: number;
}

export const BOOST: Omit<BoostOptions, 'seed'> = { learningRate: 0.05, leaves: 16, leafRows: 20, l2: 10, rowShare: 0.7, columnShare: 0.4, trees: 600, patience: 40 };

/** One tree in arrays: node i asks whether bin(column[i]) ≤ cut[i], left is node next[i], right the one after; a leaf has column −1. */
interface Tree {
  readonly column: Int16Array;
  readonly cut: Uint8Array;
  readonly next: Uint16Array;
  readonly value: Float32Array;
  /** What the split gained, at inner nodes. */
  readonly gain: Float32Array;
}

/** A sum of trees: log-odds of a yes. */
export interface BoostedTrees {
  readonly base: number;
  readonly trees: readonly Tree[];
  /** Log loss on the validation rows. */
  readonly validation: number;
}

/**
 * Gradient-boosted trees for a yes or no (Friedman, 2001; histograms and leaf-wise growth as in Ke et al., 2017): each
 * tree follows the Newton step of the log loss. Early stopping on validation rows.
 */
export function growBoostedTrees(columns: BinnedColumns, labels: ArrayLike<number>, training: Uint32Array, validation: Uint32Array, options: BoostOptions): BoostedTrees {
  const random = createRandom(options.seed);
  const n = columns.bins[0].length;
  let yes = 0;
  for (const row of training) yes += labels[row];
  const base = Math.log(yes / (training.length - yes));
  const scores = new Float64Array(n).fill(base);
  const gradient = new Float32Array(n);
  const curvature = new Float32Array(n);
  const grower = new TreeGrower(columns, gradient, curvature, options);
  const trees: Tree[] = [];
  let best = { loss: Infinity, count: 0 };
  while (trees.length < options.trees && trees.length - best.count < options.patience) {
    for (const row of training) {
      const p = 1 / (1 + Math.exp(-scores[row]));
      gradient[row] = p - labels[row];
      curvature[row] = p * (1 - p);
    }
    const seen = training.filter(() => random() < options.rowShare);
    const chosen = columns.bins.map((_, at) => at).filter(() => random() < options.columnShare);
    const tree = grower.grow(seen, chosen.length > 0 ? chosen : [Math.floor(random() * columns.bins.length)]);
    trees.push(tree);
    addTree(tree, columns, training, scores);
    addTree(tree, columns, validation, scores);
    let loss = 0;
    for (const row of validation) loss += Math.log1p(Math.exp(labels[row] === 1 ? -scores[row] : scores[row]));
    if (loss < best.loss) best = { loss, count: trees.length };
  }
  return { base, trees: trees.slice(0, best.count), validation: best.loss / validation.length };
}

/** Log-odds of rows. @param out by row number */
export function predictBoostedTrees({ base, trees }: BoostedTrees, columns: BinnedColumns, rows: Uint32Array, out: Float64Array): void {
  for (const row of rows) out[row] = base;
  for (const tree of trees) addTree(tree, columns, rows, out);
}

function addTree({ column, cut, next, value }: Tree, { bins }: BinnedColumns, rows: Uint32Array, out: Float64Array): void {
  for (const row of rows) {
    let node = 0;
    while (column[node] >= 0) node = next[node] + (bins[column[node]][row] <= cut[node] ? 0 : 1);
    out[row] += value[node];
  }
}

interface Leaf {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  /** Sums of gradient, curvature and rows of each bin of each chosen column. */
  readonly histogram: Float64Array;
  readonly gain: number;
  readonly column: number;
  readonly cut: number;
}

class TreeGrower {
  readonly #columns: BinnedColumns;
  readonly #gradient: Float32Array;
  readonly #curvature: Float32Array;
  readonly #options: BoostOptions;
  #rows = new Uint32Array(0);

  constructor(columns: BinnedColumns, gradient: Float32Array, curvature: Float32Array, options: BoostOptions) {
    this.#columns = columns;
    this.#gradient = gradient;
    this.#curvature = curvature;
    this.#options = options;
  }

  /** Grows the leaf with the largest gain first, until there are enough leaves or no gain. */
  grow(rows: Uint32Array, chosen: readonly number[]): Tree {
    const { leaves: most, learningRate, l2 } = this.#options;
    const nodes = 2 * most - 1;
    const tree = { column: new Int16Array(nodes).fill(-1), cut: new Uint8Array(nodes), next: new Uint16Array(nodes), value: new Float32Array(nodes), gain: new Float32Array(nodes) };
    this.#rows = Uint32Array.from(rows);
    let used = 1;
    const open = [this.#leaf(0, 0, rows.length, this.#histogram(0, rows.length, chosen), chosen)];
    for (let count = 1; count < most; count++) {
      const at = open.reduce((best, leaf, index) => (leaf.gain > open[best].gain ? index : best), 0);
      const leaf = open[at];
      if (!(leaf.gain > 0)) break;
      const middle = this.#partition(leaf);
      tree.column[leaf.node] = leaf.column;
      tree.cut[leaf.node] = leaf.cut;
      tree.next[leaf.node] = used;
      tree.gain[leaf.node] = leaf.gain;
      // The smaller side is counted, the other is what is left.
      const leftIsSmaller = middle - leaf.from <= leaf.to - middle;
      const small = leftIsSmaller ? this.#histogram(leaf.from, middle, chosen) : this.#histogram(middle, leaf.to, chosen);
      const large = leaf.histogram;
      for (let i = 0; i < large.length; i++) large[i] -= small[i];
      open[at] = this.#leaf(used, leaf.from, middle, leftIsSmaller ? small : large, chosen);
      open.push(this.#leaf(used + 1, middle, leaf.to, leftIsSmaller ? large : small, chosen));
      used += 2;
    }
    for (const { node, from, to } of open) {
      let [gradient, curvature] = [0, 0];
      for (let i = from; i < to; i++) {
        gradient += this.#gradient[this.#rows[i]];
        curvature += this.#curvature[this.#rows[i]];
      }
      tree.value[node] = (-learningRate * gradient) / (curvature + l2);
    }
    return tree;
  }

  #histogram(from: number, to: number, chosen: readonly number[]): Float64Array {
    const { bins, sizes } = this.#columns;
    const sums = new Float64Array(chosen.reduce((total, column) => total + sizes[column], 0) * 3);
    let start = 0;
    for (const column of chosen) {
      const own = bins[column];
      for (let i = from; i < to; i++) {
        const row = this.#rows[i];
        const at = start + own[row] * 3;
        sums[at] += this.#gradient[row];
        sums[at + 1] += this.#curvature[row];
        sums[at + 2] += 1;
      }
      start += sizes[column] * 3;
    }
    return sums;
  }

  #leaf(node: number, from: number, to: number, histogram: Float64Array, chosen: readonly number[]): Leaf {
    const { leafRows, l2 } = this.#options;
    const { sizes } = this.#columns;
    let [best, column, cut] = [1e-6, -1, 0];
    if (to - from < 2 * leafRows) return { node, from, to, histogram, gain: 0, column, cut };
    let [gradient, curvature] = [0, 0];
    for (let bin = 0; bin < sizes[chosen[0]]; bin++) {
      gradient += histogram[bin * 3];
      curvature += histogram[bin * 3 + 1];
    }
    const whole = gradient ** 2 / (curvature + l2);
    let start = 0;
    for (const candidate of chosen) {
      let [g, h, count] = [0, 0, 0];
      for (let bin = 0; bin < sizes[candidate] - 1; bin++) {
        const at = start + bin * 3;
        g += histogram[at];
        h += histogram[at + 1];
        count += histogram[at + 2];
        if (count < leafRows) continue;
        if (to - from - count < leafRows) break;
        const gain = g ** 2 / (h + l2) + (gradient - g) ** 2 / (curvature - h + l2) - whole;
        if (gain > best) [best, column, cut] = [gain, candidate, bin];
      }
      start += sizes[candidate] * 3;
    }
    return { node, from, to, histogram, gain: column < 0 ? 0 : best, column, cut };
  }

  /** Moves the rows that go left to the front of the leaf's range; the order within each side stays. */
  #partition({ from, to, column, cut }: Leaf): number {
    const bins = this.#columns.bins[column];
    const right: number[] = [];
    let middle = from;
    for (let i = from; i < to; i++) {
      const row = this.#rows[i];
      if (bins[row] <= cut) this.#rows[middle++] = row;
      else right.push(row);
    }
    this.#rows.set(right, middle);
    return middle;
  }
}
