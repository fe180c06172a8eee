import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VitrineError } from '@vitrine/sdk/core';
import { formatEvaluation } from '../../plugin-server/src/cli/evaluation-table.ts';
import { processTerminal, progressLine } from '../../plugin-server/src/cli/terminal.ts';
import { findArtifact } from '../../plugin-server/src/store/artifacts.ts';
import { browserMissing } from '../browser.ts';
import { checkPage } from './check-page.ts';
import { DEMO_HOME, runDemo } from './run-demo.ts';

const USAGE = `npm start -- [options]

  Starts a simulated shop and the plugin server, installs, imports, trains and publishes.

  --once         check one page in a headless browser, then end
  --json         one JSON object as the last line
  --products N   products of the simulated shop (2000)
  --orders N     its orders (20000)
  --seed N       another shop (1)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' }, epochs: { type: 'string' },
      products: { type: 'string', default: '2000' }, orders: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' },
    },
  });
  if (values.help) return void console.log(USAGE);
  const number = (name: 'products' | 'orders' | 'seed' | 'epochs') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new VitrineError('bad_usage', `--${name} must be a whole number from 1, not "${values[name]}".`);
    return value;
  };
  const missing = values.once ? browserMissing() : false;
  if (missing) throw new VitrineError('bad_config', missing);

  const terminal = processTerminal();
  const started = performance.now();
  // A run that only checks leaves nothing behind and stays out of the way of one that serves.
  const home = values.once ? mkdtempSync(join(tmpdir(), 'vitrine-once-')) : DEMO_HOME;
  const demo = await runDemo({
    products: number('products'), orders: number('orders'), seed: number('seed'), epochs: values.epochs ? number('epochs') : undefined,
    port: values.once ? 0 : 3000, shopPort: values.once ? 0 : 4000, home,
    show: progressLine(terminal), note: terminal.note,
  });
  const end = async () => {
    await demo.close();
    if (values.once) rmSync(home, { recursive: true, force: true });
  };
  const { shop, server, run, counts, seconds } = demo;
  const artifact = await findArtifact(server.ctx.db, shop.domain, run.result!.artifact!);
  for (const evaluation of artifact!.evaluations) terminal.note(`\n${formatEvaluation(evaluation)}`);
  terminal.note(run.result!.sequence ? `\nPublished as release ${run.result!.sequence}.` : `\n${run.result!.notPublished}`);

  if (!values.once) {
    const stop = () => { terminal.note('Stopping.'); void end().then(() => process.exit(0)); };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    terminal.out(`
Ready after ${Math.round((performance.now() - started) / 1000)} s.

  Storefront   ${shop.origin}
  Dashboard    ${shop.origin}/admin/apps/vitrine
  Shop admin   ${shop.origin}/admin
  Plugin       ${server.url}

Ctrl-C ends it.`);
    return;
  }

  const page = await checkPage(shop, server.ctx.config.appUrl);
  await end();
  if (page.items.length === 0) throw new VitrineError('internal', 'The storefront recommends nothing.');
  terminal.note(`\nThe browser ranked by ${page.backend} in a ${page.engine}: ${page.items.join(' · ')}`);
  const summary = {
    orders: counts.orders, products: counts.products, events: counts.events,
    seconds: { ...rounded(seconds), ...Object.fromEntries(Object.entries(rounded(run.result!.seconds ?? {})).map(([name, value]) => [`train.${name}`, value])), total: Math.round((performance.now() - started) / 100) / 10 },
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    evaluations: artifact!.evaluations,
    published: run.result!.sequence ?? null, artifactBytes: artifact!.bytes,
    browser: { backend: page.backend, engine: page.engine, bytes: page.bytes }, items: page.items,
  };
  terminal.out(values.json ? JSON.stringify(summary) : `\nDone in ${summary.seconds.total} s; peak memory ${Math.round(summary.peakMemoryBytes / 2 ** 20)} MB.`);
  if (summary.published === null) throw new VitrineError('not_better', run.result!.notPublished!);
}

function rounded(seconds: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, Math.round(value * 100) / 100]));
}

await main().catch((error: Error & { code?: string }) => {
  const usage = error.code?.startsWith('ERR_PARSE_ARGS') ?? false;
  console.error(usage ? `${error.message.split('.')[0]}. See: npm start -- --help` : error.message);
  process.exitCode = usage ? 2 : error instanceof VitrineError ? error.exitCode : 1;
});
