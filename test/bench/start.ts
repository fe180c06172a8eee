import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';
import { browserMissing } from '../browser.ts';
import { SMALL } from '../demo/small.ts';
import { runChild } from './run-child.ts';
import type { BenchOptions, Row } from './row.ts';

const START = fileURLToPath(new URL('../demo/start.ts', import.meta.url));

interface Summary {
  readonly orders: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
  readonly artifactBytes: number;
  readonly browser: { readonly bytes: Readonly<Record<string, number>> };
}

/** `npm start -- --once`: seconds by stage, peak memory, what the first page fetched. */
export async function run({ smoke, note }: BenchOptions): Promise<Row[]> {
  const missing = browserMissing();
  if (missing) throw new VitrineError('bad_config', missing);
  const { seconds, peakMemoryBytes, artifactBytes, browser } = await runChild([START, '--once', '--json', ...(smoke ? SMALL : [])], { note }) as Summary;
  return [
    ...Object.entries(seconds).map(([subject, value]): Row => ({ subject, metric: 'time', value, unit: 's' })),
    { subject: 'server, shop and training', metric: 'peak memory', value: peakMemoryBytes, unit: 'B' },
    { subject: 'artifact', metric: 'raw', value: artifactBytes, unit: 'B' },
    ...Object.entries(browser.bytes).map(([subject, value]): Row => ({ subject: `first page: ${subject}`, metric: 'transferred', value, unit: 'B' })),
  ];
}
