import { VitrineError } from '@vitrine/sdk/core';
import { fuzz } from '../fuzz/fuzz.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const CASES = 120_000;
const SEED = 20_261_124;

/**
 * `npm run bench -- fuzz`: inputs that were right and had places changed, for every parser and every route. Fails when one
 * is neither understood nor refused: a crash, an answer of 500 or more, no answer within ten seconds.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const after: (() => unknown)[] = [];
  try {
    const { byTarget, cases, faults } = await fuzz({ after: (work) => { after.push(work); } }, { cases: smoke ? 300 : CASES, seed: SEED, onProgress: (done) => note(`${done.toLocaleString('en-US')} cases …`) });
    for (const { target, place, message, input } of faults) note(`${target}, case ${place}: ${message} for ${input}`);
    if (faults.length > 0) throw new VitrineError('internal', `${faults.length} of ${cases} cases are faults; they stand above.`);
    const rows = Object.entries(byTarget).flatMap(([subject, { cases: own, refused, slowest }]): Row[] => [
      { subject, metric: 'cases', value: own, unit: '1' }, { subject, metric: 'refused with a reason', value: refused, unit: '1' }, { subject, metric: 'slowest', value: slowest, unit: 'ms' },
    ]);
    return { rows: [{ subject: 'all', metric: 'cases', value: cases, unit: '1' }, { subject: 'all', metric: 'crashes, answers of 500, hangs', value: 0, unit: '1' }, ...rows], setting: { seed: SEED } };
  } finally {
    for (const work of after.reverse()) await work();
  }
}
