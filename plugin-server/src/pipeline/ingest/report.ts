import type { WriteCounts } from '../../store/products.ts';
import type { FileKind } from './detect-kind.ts';
import type { Drop } from './drops.ts';

/** What an import did: printed at its end, stored with it, and the JSON of `--json`. */
export interface ImportReport {
  readonly shop: string;
  /** File name without its path. */
  readonly file: string;
  readonly kind: FileKind;
  /** Nothing was stored: only what would be. */
  readonly dryRun: boolean;
  readonly rows: { readonly read: number; readonly kept: number };
  readonly dropped: readonly Drop[];
  /** Codes of order lines that are no products, the most frequent first. */
  readonly nonProducts?: readonly { readonly code: string; readonly title: string; readonly rows: number }[];
  readonly orders?: WriteCounts;
  readonly products?: WriteCounts;
  readonly events?: WriteCounts;
  readonly customers?: number;
  readonly currency?: string | null;
  /** First and last time, ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Largest memory the process held so far. */
  readonly peakBytes: number;
}
