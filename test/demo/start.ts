import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import { formatEvaluation } from '../../plugin-server/src/cli/evaluation-table.ts';
import { quietLog } from '../../plugin-server/src/cli/quiet-log.ts';
import { processTerminal, progressLine } from '../../plugin-server/src/cli/terminal.ts';
import { type ArtifactRow, findArtifact } from '../../plugin-server/src/store/artifacts.ts';
import { browserMissing } from '../browser.ts';
import { checkPage, type PageCheck } from './check-page.ts';
import { type Demo, DEMO_HOME, DEMO_SHOP, runDemo } from './run-demo.ts';

const USAGE = `npm start -- [options]

  Starts a simulated shop and the plugin server, installs, imports, trains and publishes.

  --once         check one page in a headless browser, then end
  --json         one JSON object as the last line
  --epochs N     passes over the data at most (chosen by size)
  --products N   products of the simulated shop (${DEMO_SHOP.products})
  --orders N     its orders (${DEMO_SHOP.orders})
  --seed N       another shop (${DEMO_SHOP.seed})
  --force        publish even if the model does not beat its baselines`;

/** Exit code of a process ended by Ctrl-C. */
const INTERRUPTED = 130;

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' }, force: { type: 'boolean' }, epochs: { type: 'string' },
      products: { type: 'string', default: String(DEMO_SHOP.products) }, orders: { type: 'string', default: String(DEMO_SHOP.orders) },
      seed: { type: 'string', default: String(DEMO_SHOP.seed) },
    },
  });
  if (values.help) return void console.log(USAGE);
  const number = (name: 'products' | 'orders' | 'seed' | 'epochs') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new VitrineError('bad_usage', `--${name} must be a whole number from 1, not "${values[name]}".`);
    return value;
  };
  const options = { products: number('products'), orders: number('orders'), seed: number('seed'), epochs: values.epochs ? number('epochs') : undefined, force: values.force };
  const missing = values.once ? browserMissing() : false;
  if (missing) throw new VitrineError('bad_config', missing);

  const terminal = processTerminal();
  const started = performance.now();
  // A run that only checks leaves nothing behind and stays out of the way of one that serves.
  const home = values.once ? mkdtempSync(join(tmpdir(), 'vitrine-once-')) : DEMO_HOME;
  let demo: Demo | undefined;
  try {
    demo = await runDemo({
      ...options, port: values.once ? 0 : 3000, shopPort: values.once ? 0 : 4000, home, signal,
      show: progressLine(terminal), note: terminal.note, log: quietLog(terminal),
    });
    const artifact = (await findArtifact(demo.server.ctx.db, demo.shop.domain, demo.run.result!.artifact!))!;
    for (const evaluation of artifact.evaluations) terminal.note(`\n${formatEvaluation(evaluation)}`);
    const { sequence, notPublished } = demo.run.result!;
    if (values.once) {
      if (sequence === undefined) throw new VitrineError('not_better', notPublished!);
      const page = await checkPage(demo.shop, demo.server.ctx.config.appUrl, signal);
      terminal.note(`\nThe browser ranked by ${page.backend} in a ${page.engine}: ${page.items.join(' · ')}`);
      const summary = summarise(demo, artifact, page, performance.now() - started);
      terminal.out(values.json ? JSON.stringify(summary) : `\nDone in ${summary.seconds.total} s; peak memory ${Math.round(summary.peakMemoryBytes / 2 ** 20)} MB.`);
      return;
    }
    terminal.note(sequence === undefined ? `\n${notPublished}` : `\nPublished as release ${sequence}.`);
    terminal.out(readyText(demo, performance.now() - started));
    if (!signal.aborted) await once(signal, 'abort');
    terminal.note('Stopping.');
  } finally {
    await demo?.close();
    if (values.once) rmSync(home, { recursive: true, force: true });
  }
}

/** What `--json` prints. */
function summarise({ run, counts, seconds }: Demo, artifact: ArtifactRow, page: PageCheck, milliseconds: number) {
  const training = Object.entries(run.result!.seconds ?? {}).map(([name, value]) => [`train.${name}`, value] as const);
  return {
    orders: counts.orders, products: counts.products, events: counts.events,
    seconds: rounded({ ...seconds, ...Object.fromEntries(training), total: milliseconds / 1000 }),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    evaluations: artifact.evaluations, published: run.result!.sequence, artifactBytes: artifact.bytes,
    browser: { backend: page.backend, engine: page.engine, bytes: page.bytes }, items: page.items,
  };
}

function readyText({ shop, server }: Demo, milliseconds: number): string {
  return `
Ready after ${Math.round(milliseconds / 1000)} s.

  Storefront   ${shop.origin}
  Dashboard    ${shop.origin}/admin/apps/vitrine
  Shop admin   ${shop.origin}/admin
  Plugin       ${server.url}

Ctrl-C ends it.`;
}

function rounded<Names extends string>(seconds: Readonly<Record<Names, number>>): Record<Names, number> {
  return Object.fromEntries(Object.entries<number>(seconds).map(([name, value]) => [name, Math.round(value * 100) / 100])) as Record<Names, number>;
}

const interrupt = new AbortController();
const stop = () => {
  // The first Ctrl-C stops cleanly; a second one does not wait.
  if (interrupt.signal.aborted) process.exit(INTERRUPTED);
  interrupt.abort();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

let code = 0;
await main(interrupt.signal).catch((error: Error & { code?: string }) => {
  const usage = error.code?.startsWith('ERR_PARSE_ARGS') ?? false;
  const [first] = error.message.split('\n');
  console.error(interrupt.signal.aborted ? 'Stopped.' : usage ? `${error.message.split('.')[0]}. See: npm start -- --help` : first);
  code = interrupt.signal.aborted ? INTERRUPTED : usage ? 2 : error instanceof VitrineError ? exitCode(error) : 1;
});
// Everything is closed; what a library left open must not keep the terminal waiting.
process.exit(code);
