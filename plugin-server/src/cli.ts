import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import type { Command, Invocation } from './cli/command.ts';
import { quietLog } from './cli/quiet-log.ts';
import { formatTable } from './cli/table.ts';
import { processTerminal } from './cli/terminal.ts';
import type { Terminal } from './cli/terminal.ts';
import { readConfig } from './config.ts';
import { createContext } from './create-context.ts';

interface Verb {
  readonly summary: string;
  /** A verb is loaded when it is used: `help` does not wait for the database. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** The verbs, in the order of the line. */
const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['import', { summary: 'Read orders, products or events from a file', load: () => import('./cli/import.ts') }],
  ['train', { summary: 'Train on what is stored; nothing is published yet', load: () => import('./cli/train.ts') }],
  ['update', { summary: 'Bring the published model up to date, without training it anew', load: () => import('./cli/update.ts') }],
  ['evaluate', { summary: 'Score the model beside its baselines on orders it has not seen', load: () => import('./cli/evaluate.ts') }],
  ['publish', { summary: 'Make the newest trained model live, if it beats its baselines', load: () => import('./cli/publish.ts') }],
  ['rollback', { summary: 'Make the release before this one live again', load: () => import('./cli/rollback.ts') }],
  ['recommend', { summary: 'Show what a shopper with these products would see', load: () => import('./cli/recommend.ts') }],
  ['rules', { summary: 'Pin, boost, bury or exclude products in the lists', load: () => import('./cli/rules.ts') }],
  ['status', { summary: 'Say what is stored, trained and live', load: () => import('./cli/status.ts') }],
  ['reseal', { summary: 'Seal the stored tokens and keys under a new secret', load: () => import('./cli/reseal.ts') }],
  ['data-request', { summary: 'Write out what is stored about a customer', load: () => import('./cli/data-request.ts') }],
  ['serve', { summary: 'Run the server, and the jobs in its queue', load: () => import('./cli/serve.ts') }],
  ['work', { summary: 'Run the jobs in the queue only', load: () => import('./cli/work.ts') }],
]);

/** Exit code of a process ended by Ctrl-C. */
const INTERRUPTED = 130;

/** What the command line runs with; tests give their own. */
export interface CliOptions {
  readonly terminal?: Terminal;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C. */
  readonly signal?: AbortSignal;
}

/**
 * Runs one command and returns its exit code: 0 done, 1 failed, 2 wrong use or bad input, 130 stopped by Ctrl-C.
 *
 * With `--json` the last line on standard output is one JSON object and nothing else is printed there; notes and
 * progress go to standard error.
 *
 * @example
 * process.exitCode = await main(['status', '--json']);
 */
export async function main(args: readonly string[], options: CliOptions = {}): Promise<number> {
  const { terminal = processTerminal(), env = process.env, signal = new AbortController().signal } = options;
  const closing: (() => Promise<void>)[] = [];
  try {
    const [verb, ...rest] = args;
    if (verb === '--version' || verb === '-v') {
      terminal.out(version());
      return 0;
    }
    if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
      terminal.out(await help(rest[0]));
      return 0;
    }
    const command = await load(verb);
    const { values, positionals } = parse(verb, command, rest);
    if (values.help) {
      terminal.out(await help(verb));
      return 0;
    }
    const result = await command.run({
      values, positionals, terminal, signal,
      async openContext() {
        const ctx = await createContext(readConfig(env), { log: quietLog(terminal) });
        closing.push(() => ctx.close());
        return ctx;
      },
      async startServer({ work }) {
        const { startServer } = await import('./serve.ts');
        const server = await startServer(readConfig(env), { work });
        closing.push(() => server.close());
        return server;
      },
      async startWorker() {
        const { startWorker } = await import('./jobs/start-worker.ts');
        const ctx = await createContext(readConfig(env), { supervise: true });
        closing.push(() => ctx.close());
        await startWorker(ctx);
      },
    });
    if (values.json && result) terminal.out(JSON.stringify(result));
    return 0;
  } catch (error) {
    return explain(error, terminal, signal);
  } finally {
    for (const close of closing) await close();
  }
}

function explain(error: unknown, terminal: Terminal, signal: AbortSignal): number {
  if (signal.aborted) {
    terminal.note(error instanceof VitrineError && error.code === 'cancelled' ? `vitrine: ${error.message}` : 'vitrine: stopped.');
    return INTERRUPTED;
  }
  if (error instanceof VitrineError) {
    terminal.note(`vitrine: ${error.message}`);
    return exitCode(error);
  }
  // A fault of ours: its first line is enough to report it, a stack would not help the person.
  terminal.note(`vitrine: unexpected failure: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`);
  return 1;
}

async function load(verb: string): Promise<Command> {
  const known = VERBS.get(verb);
  if (!known) throw new VitrineError('bad_usage', `there is no command "${verb}". Commands: ${[...VERBS.keys()].join(', ')}. See: vitrine help`);
  return (await known.load()).command;
}

function parse(verb: string, command: Command, args: readonly string[]): Pick<Invocation, 'values' | 'positionals'> {
  const names = command.arguments ?? [];
  const most = names.length + (command.optionalArguments?.length ?? 0);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    const problem = (error as Error).message.split(/\. |\n/)[0].replace(/\.$/, '');
    throw new VitrineError('bad_usage', `${problem}. See: vitrine help ${verb}`, { cause: error });
  }
  const { positionals } = parsed;
  if (!parsed.values.help && (positionals.length < names.length || positionals.length > most)) {
    const wants = names.length === 0 ? 'takes no argument without an option name' : `needs ${names.join(' ')}`;
    throw new VitrineError('bad_usage', `vitrine ${verb} ${wants}${positionals.length > most ? `, got "${positionals[most]}"` : ''}. See: vitrine help ${verb}`);
  }
  return { values: parsed.values as Invocation['values'], positionals };
}

async function help(verb: string | undefined): Promise<string> {
  if (verb !== undefined) return `${(await load(verb)).usage}\n  --json                one JSON object as the last line of standard output`;
  const rows = [...VERBS].map(([name, { summary }]) => [`  vitrine ${name}`, summary]);
  return `Vitrine ${version()}: recommendations trained on a shop's own orders and computed on the shopper's device.

${formatTable([{ heading: '' }, { heading: '' }], rows)}

vitrine help COMMAND says more. Data is kept in VITRINE_HOME (default .vitrine) or DATABASE_URL.`;
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

/** Whether this file was started, directly or by `bin/vitrine.mjs`, and not imported by a test. */
function isStarted(): boolean {
  const started = process.argv[1];
  if (!started) return false;
  const path = realpathSync(started);
  return path === fileURLToPath(import.meta.url) || path === fileURLToPath(new URL('../bin/vitrine.mjs', import.meta.url));
}

if (isStarted()) {
  const interrupt = new AbortController();
  // The first Ctrl-C stops cleanly; a second one does not wait.
  process.once('SIGINT', () => {
    interrupt.abort();
    process.once('SIGINT', () => process.exit(INTERRUPTED));
  });
  process.once('SIGTERM', () => interrupt.abort());
  process.exitCode = await main(process.argv.slice(2), { signal: interrupt.signal });
}
