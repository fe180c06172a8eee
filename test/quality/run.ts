import { parseArgs } from 'node:util';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import { evaluationJson } from '../../plugin-server/src/cli/evaluation-table.ts';
import { type Device, DEVICES } from '../../plugin-server/src/config.ts';
import { MODELS, type ModelName } from '../../plugin-server/src/pipeline/evaluate/files/evaluate-problem.ts';
import type { Evaluation } from '../../plugin-server/src/pipeline/types.ts';
import { dataMissing } from './data-folder.ts';
import { markdownEvaluation } from './format-evaluation.ts';
import { runSessions, SESSION_DATA } from './session-files.ts';

export interface QualityOptions {
  readonly seed: number;
  readonly epochs?: number;
  /** Of `MODELS`; for the data sets of sessions only. */
  readonly models?: readonly ModelName[];
  readonly device?: Device;
  /** Which data, where a measurement takes several. */
  readonly data?: string;
  /** Reads a small part of the data: a quick check that the command works. */
  readonly smoke?: boolean;
  readonly note: (line: string) => void;
}

interface Measurement {
  /** What must be there, in the folder of real data; a measurement on several says it itself. */
  readonly file?: string;
  /** Where none is given; 1 otherwise. */
  readonly seed?: number;
  readonly run: (options: QualityOptions) => Promise<Evaluation[]>;
}

/** Measurements of quality by name; each reads a folder of real data. */
const NAMES: Readonly<Record<string, Measurement>> = {
  'online-retail': { file: 'online-retail/online-retail.csv.gz', run: async (options) => (await import('./online-retail.ts')).run(options) },
  codecs: { run: async (options) => (await import('./codecs.ts')).run(options) },
  'online-shoppers-intention': {
    file: 'online-shoppers-intention/online_shoppers_intention.csv.gz', seed: 0, run: async (options) => (await import('./online-shoppers.ts')).run(options),
  },
  'new-items': { run: async (options) => (await import('./new-items.ts')).run(options) },
  poisoning: { run: async (options) => (await import('./poisoning.ts')).run(options) },
  'daily-updates': { run: async (options) => (await import('./daily-updates.ts')).run(options) },
  ...Object.fromEntries(Object.entries(SESSION_DATA).map(([name, { file }]) => [name, { file, run: (options: QualityOptions) => runSessions(name, options) }])),
};

/** `npm run quality -- NAME [DATA] [--seed N] [--epochs N] [--model NAMES] [--device WHAT] [--smoke] [--json]` */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' }, epochs: { type: 'string' }, model: { type: 'string' }, device: { type: 'string' },
      smoke: { type: 'boolean' }, json: { type: 'boolean' },
    },
  });
  const [name = ''] = positionals;
  if (!Object.hasOwn(NAMES, name)) throw new VitrineError('bad_usage', `usage: npm run quality -- NAME, where NAME is ${Object.keys(NAMES).join(' or ')}`);
  const chosen = NAMES[name];
  const missing = chosen.file !== undefined && dataMissing(chosen.file);
  if (missing) throw new VitrineError('bad_input', missing);
  const evaluations = await chosen.run({
    data: positionals[1], seed: Number(values.seed ?? chosen.seed ?? 1), epochs: values.epochs ? Number(values.epochs) : values.smoke ? 1 : undefined, smoke: values.smoke,
    models: values.model?.split(',').map((name) => known(name, MODELS, 'model')), device: values.device === undefined ? undefined : known(values.device, DEVICES, 'device'),
    note: (line) => console.error(line),
  });
  for (const evaluation of evaluations) console.log(`${markdownEvaluation(evaluation)}\n`);
  if (values.json) console.log(JSON.stringify(evaluationJson(evaluations)));
  return 0;
}

function known<Word extends string>(text: string, words: readonly Word[], option: string): Word {
  const word = words.find((candidate) => candidate === text);
  if (!word) throw new VitrineError('bad_usage', `--${option} must be of ${words.join(', ')}, not "${text}"`);
  return word;
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return error instanceof VitrineError ? exitCode(error) : 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS') ? 2 : 1;
});
