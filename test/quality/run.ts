import { parseArgs } from 'node:util';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import { evaluationJson, formatEvaluation } from '../../plugin-server/src/cli/evaluation-table.ts';
import { dataMissing } from './data-folder.ts';

/** Measurements of quality by name; each reads a folder of real data. */
const NAMES: Record<string, { file: string; load: () => Promise<typeof import('./online-retail.ts')> }> = {
  'online-retail': { file: 'online-retail/online-retail.csv.gz', load: () => import('./online-retail.ts') },
};

/** `npm run quality -- NAME [--seed N] [--epochs N] [--smoke] [--json]` */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '1' }, epochs: { type: 'string' }, smoke: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const chosen = NAMES[positionals[0]];
  if (!chosen) throw new VitrineError('bad_usage', `usage: npm run quality -- NAME, where NAME is ${Object.keys(NAMES).join(' or ')}`);
  const missing = dataMissing(chosen.file);
  if (missing) throw new VitrineError('bad_input', missing);
  const { run } = await chosen.load();
  const evaluations = await run({
    seed: Number(values.seed), epochs: values.epochs ? Number(values.epochs) : values.smoke ? 1 : undefined, smoke: values.smoke,
    note: (line) => console.error(line),
  });
  for (const evaluation of evaluations) console.log(`${formatEvaluation(evaluation)}\n`);
  if (values.json) console.log(JSON.stringify(evaluationJson(evaluations)));
  return 0;
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return error instanceof VitrineError ? exitCode(error) : 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS') ? 2 : 1;
});
