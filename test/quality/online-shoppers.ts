import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { duration } from '../../plugin-server/src/cli/table.ts';
import { evaluateTable, type EvaluateTableOptions, type TableEvaluation } from '../../plugin-server/src/pipeline/evaluate/tabular/evaluate-table.ts';
import type { Fold } from '../../plugin-server/src/pipeline/evaluate/tabular/folds.ts';
import { readTable } from '../../plugin-server/src/pipeline/evaluate/tabular/read-table.ts';
import type { Table } from '../../plugin-server/src/pipeline/evaluate/tabular/table.ts';
import type { Evaluation } from '../../plugin-server/src/pipeline/types.ts';
import { dataFile } from './data-folder.ts';
import type { QualityOptions } from './run.ts';

/** Debian's python3-sklearn belongs to Debian's own interpreter. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('boosted-trees.py', import.meta.url));
const BAGS = 8;
/** More threads wait for each other than work, on a machine with something else to do. */
const ENVIRONMENT = { ...process.env, OMP_NUM_THREADS: '1' };

/**
 * `npm run quality -- online-shoppers-intention [without-page-values]`: stratified folds at the natural balance, as the file is and without
 * PageValues (which is worked out from visits that include the purchase); gradient-boosted trees of scikit-learn on the same folds,
 * alone and in eight bags with ratios made by hand for this table.
 */
export async function run({ seed, note, smoke, data }: QualityOptions): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const [name, drop] of [['as it is', []], ['without-page-values', ['PageValues']]] as const) {
    if (data !== undefined && data !== name) continue;
    const { table } = await readTable(dataFile('online-shoppers-intention/online_shoppers_intention.csv.gz'), { label: 'Revenue', drop });
    const others: EvaluateTableOptions['others'] = (await treesPresent(note)) ? { 'gradient-boosted trees (scikit-learn)': boosted(table, 1), [`the same, ${BAGS} bags, ratios by hand`]: boosted(withRatios(table), BAGS) } : {};
    let last = Date.now();
    const evaluation = await evaluateTable(table, {
      dataset: `online-shoppers-intention, ${name.replaceAll('-', ' ').replace('page values', 'PageValues')}`, folds: smoke ? 2 : 5, seed, clock: Date.now, others,
      onFold: (fold, { shipped }) => {
        note(`${name}, fold ${fold + 1}: shipped ${shipped['ROC-AUC'].toFixed(4)} / ${shipped['PR-AUC'].toFixed(4)} (${duration((Date.now() - last) / 1000)})`);
        last = Date.now();
      },
    });
    evaluations.push(asEvaluation(evaluation));
  }
  return evaluations;
}

/** Means over the folds with the standard error of the mean. */
function asEvaluation({ dataset, protocol, seed, rows, models }: TableEvaluation): Evaluation {
  return {
    dataset, protocol, seed, goal: 'purchase', cases: rows,
    rows: models.map(({ model, metrics, spread, folds, seconds, bytes }) => ({
      model, metrics: { ...metrics }, seconds, bytes, errors: Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, value / Math.sqrt(folds.length)])),
    })),
  };
}

async function treesPresent(note: (line: string) => void): Promise<boolean> {
  try {
    await promisify(execFile)(PYTHON, ['-c', 'import sklearn']);
    return true;
  } catch {
    note('Gradient-boosted trees are left out: install python3-sklearn for the comparison.');
    return false;
  }
}

/** Trees of scikit-learn: numbers as they are (a missing one null), words as codes, which it treats as categories. */
function boosted({ columns, labels }: Table, bags: number): (fold: Fold) => Promise<number[]> {
  const cells = columns.map((column) => {
    if (column.kind === 'numeric') return [...column.values].map((value) => (Number.isNaN(value) ? null : value));
    const codes = new Map([...new Set(column.values)].map((word, code) => [word, code]));
    return column.values.map((word) => codes.get(word)!);
  });
  const rowsOf = (rows: Uint32Array) => Array.from(rows, (row) => cells.map((column) => column[row]));
  return async ({ training, test }) => {
    const child = promisify(execFile)(PYTHON, [SCRIPT], { maxBuffer: 2 ** 28, env: ENVIRONMENT });
    child.child.stdin!.end(JSON.stringify({
      x: rowsOf(training), y: Array.from(training, (row) => labels[row]), test: rowsOf(test), bags,
      categorical: columns.flatMap(({ kind }, at) => (kind === 'categorical' ? [at] : [])),
    }));
    return JSON.parse((await child).stdout) as number[];
  };
}

/** What one who knows this table would add. */
function withRatios(table: Table): Table {
  const column = (name: string) => table.columns.find((candidate) => candidate.name === name && candidate.kind === 'numeric')?.values as Float64Array | undefined;
  const [a, i, p] = ['Administrative', 'Informational', 'ProductRelated'].map((name) => ({ pages: column(name)!, seconds: column(`${name}_Duration`)! }));
  const [bounce, exit, value] = [column('BounceRates')!, column('ExitRates')!, column('PageValues')];
  const make = (name: string, of: (row: number) => number) => ({ kind: 'numeric' as const, name, values: Float64Array.from(bounce, (_, row) => of(row)) });
  const pages = (row: number) => a.pages[row] + i.pages[row] + p.pages[row];
  const seconds = (row: number) => a.seconds[row] + i.seconds[row] + p.seconds[row];
  return {
    ...table,
    columns: [
      ...table.columns, make('pages', pages), make('seconds', seconds), make('seconds a page', (row) => seconds(row) / (pages(row) + 1)),
      make('seconds a product page', (row) => p.seconds[row] / (p.pages[row] + 1)), make('seconds an administrative page', (row) => a.seconds[row] / (a.pages[row] + 1)),
      make('share of product pages', (row) => p.pages[row] / (pages(row) + 1e-9)), make('exit less bounce', (row) => exit[row] - bounce[row]),
      make('exit × pages', (row) => exit[row] * pages(row)), make('bounce × pages', (row) => bounce[row] * pages(row)),
      ...(value ? [make('value × pages', (row) => value[row] * pages(row)), make('value / seconds', (row) => value[row] / (seconds(row) + 1))] : []),
    ],
  };
}
