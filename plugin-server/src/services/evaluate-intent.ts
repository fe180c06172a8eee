import { evaluateTable, type EvaluateTableOptions, type TableEvaluation } from '../pipeline/evaluate/tabular/evaluate-table.ts';
import { readTable, type ReadTable, type ReadTableOptions } from '../pipeline/evaluate/tabular/read-table.ts';

export interface EvaluateIntentInput extends Omit<EvaluateTableOptions, 'dataset' | 'onProgress'>, Omit<ReadTableOptions, 'onProgress'> {
  /** Path of the table. */
  readonly file: string;
  readonly onProgress?: (line: () => string) => void;
  /** Called with what was found in the file, before anything is learned. */
  readonly onTable?: (read: ReadTable) => void;
}

/**
 * Evaluates the intent model and its baselines on a plain table, without a shop or a database.
 * @throws VitrineError `bad_input`, `not_enough_data`, `cancelled`
 */
export async function evaluateIntent(input: EvaluateIntentInput): Promise<TableEvaluation> {
  const read = await readTable(input.file, { ...input, onProgress: (share) => input.onProgress?.(() => `reading: ${Math.round(share * 100)} %`) });
  input.onTable?.(read);
  return evaluateTable(read.table, { ...input, dataset: read.name });
}
