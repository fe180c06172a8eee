import { VitrineError } from '@vitrine/sdk/core';
import { killServer } from '../kill/kill-server.ts';
import { onBothDatabases } from './load/bench-database.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const KILLS = 50;
const SEED = 20_261_124;

/**
 * `npm run bench -- kill`: a server is killed at 50 random moments while it receives webhooks and events, imports, trains
 * and publishes. Fails when anything acknowledged is lost or what is live is not whole.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const kills = smoke ? 1 : KILLS;
  const reports = await onBothDatabases(note, async (database) => ({ database: database.name, ...(await killServer(database, { kills, seed: SEED, note })) }));
  const faults = reports.flatMap((report) => report.faults);
  if (faults.length > 0) throw new VitrineError('internal', `${faults.length} faults, the first: ${faults[0]}`);
  const rows = reports.flatMap(({ database, acknowledged }): Row[] => [
    { subject: database, metric: 'kills', value: kills, unit: '1' },
    ...Object.entries(acknowledged).map(([what, value]): Row => ({ subject: database, metric: `${what} acknowledged`, value, unit: '1' })),
    { subject: database, metric: 'lost, cut short or half published', value: 0, unit: '1' },
  ]);
  return { rows, setting: { seed: SEED } };
}
