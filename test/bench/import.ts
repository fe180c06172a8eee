import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';
import { firstLines } from '../first-lines.ts';
import { dataFile, dataMissing } from '../quality/data-folder.ts';
import { runChild } from './run-child.ts';
import type { BenchOptions, Row } from './row.ts';

const VITRINE = fileURLToPath(new URL('../../plugin-server/bin/vitrine.mjs', import.meta.url));
export const FILE = 'online-retail/online-retail.csv.gz';

interface Report {
  readonly rows: { readonly read: number; readonly kept: number };
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly peakBytes: number;
}

/** `vitrine import` of online-retail into a new folder, and once more into the same. */
export async function run({ smoke, note }: BenchOptions): Promise<Row[]> {
  const missing = dataMissing(FILE);
  if (missing) throw new VitrineError('bad_input', missing);
  const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  try {
    let path = dataFile(FILE);
    if (smoke) writeFileSync((path = join(home, 'first.csv')), await firstLines(dataFile(FILE), 5_000));
    const importOnce = async (subject: string): Promise<Row[]> => {
      const report = await runChild([VITRINE, 'import', path, '--shop', 'bench', '--currency', 'GBP', '--json'], { env: { VITRINE_HOME: join(home, 'data'), DATABASE_URL: '' }, note }) as Report;
      return [
        { subject, metric: 'read', value: report.rows.read, unit: 'rows' },
        { subject, metric: 'kept', value: report.rows.kept, unit: 'rows' },
        { subject, metric: 'time', value: report.seconds, unit: 's' },
        { subject, metric: 'rate', value: report.rowsPerSecond, unit: 'rows/s' },
        { subject, metric: 'peak memory', value: report.peakBytes, unit: 'B' },
      ];
    };
    return [...(await importOnce('online-retail, first import')), ...(await importOnce('online-retail, imported again'))];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
