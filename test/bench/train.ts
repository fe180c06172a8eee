import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { dataMissing } from '../quality/data-folder.ts';
import type { StepReport } from '../../plugin-server/src/pipeline/train/learner.ts';
import type { BenchOptions, Report, Row } from './row.ts';
import { markdownTable } from './markdown-table.ts';
import { median, ratioOfRounds } from './statistics.ts';
import { type Contestant, startContestant } from './train/contestant.ts';
import type { Turn } from './train/serve-steps.ts';
import { DESCRIPTIONS, makeWorkload, SESSIONS, type WorkloadName, WORKLOADS } from './train/workload.ts';

const file = (name: string): string => fileURLToPath(new URL(`./train/${name}`, import.meta.url));
/** Debian's python3-torch belongs to Debian's Python, whatever else stands first on the path. */
const PYTHON = process.env.VITRINE_PYTHON ?? '/usr/bin/python3';
/** Seconds of one turn, and turns of each contestant. */
const TURN = 1.5;
const ROUNDS = 9;
/** Steps whose losses are compared. */
const COMPARED = 20;

interface Result {
  readonly name: string;
  /** Seconds a step took, wall clock and processor, by round. */
  readonly seconds: number[];
  readonly cpu: number[];
  /** Losses of the first steps, from the common start. */
  readonly reports: readonly StepReport[];
}

/**
 * Steps per second of the recommendation model's training: our SIMD trainer, tfjs on WebAssembly with our kernels and as
 * it comes, PyTorch on the CPU. The same start values and batches; each in a process of its own, in turn.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const torch = torchVersion();
  if (!torch) note('PyTorch is absent (python3-torch of Debian): it is left out.');
  const rows: Row[] = [];
  const raw: Record<string, readonly Result[]> = {};
  const tables: string[] = [];
  for (const workload of smoke ? WORKLOADS.slice(0, 1) : WORKLOADS) {
    const missing = workload === 'sessions' && dataMissing(SESSIONS);
    if (missing) {
      note(missing);
      continue;
    }
    const results = await compete(workload, { torch: torch !== undefined, smoke, note });
    raw[workload] = results;
    const { table, figures } = summarise(workload, results);
    rows.push(...figures);
    tables.push(`**${workload}**: ${DESCRIPTIONS[workload]}\n\n${table}`);
  }
  return { rows, raw, markdown: tables.join('\n\n'), setting: { PyTorch: torch ?? 'absent', rounds: smoke ? 1 : ROUNDS } };
}

function torchVersion(): string | undefined {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function compete(workload: WorkloadName, { torch, smoke, note }: { torch: boolean; smoke?: boolean; note: (line: string) => void }): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  const contestants: Contestant[] = [];
  try {
    const add = async (name: string, command: string, ...args: string[]): Promise<void> => { contestants.push(await startContestant(name, command, args)); };
    const node = process.execPath;
    for (const threads of [1, 2]) await add(`SIMD, ${threads} thread${threads > 1 ? 's' : ''}`, node, file('simd-contestant.ts'), workload, String(threads));
    await add('tfjs wasm, our kernels', node, file('tfjs-contestant.ts'), workload, 'kernels');
    await add('tfjs wasm, stock', node, file('tfjs-contestant.ts'), workload, 'stock');
    if (torch) {
      const { writeTorchFile } = await import('./train/torch-file.ts');
      const batches = join(folder, 'batches');
      writeTorchFile(batches, makeWorkload(workload));
      for (const threads of [1, 2]) {
        for (const kind of ['dense', 'sparse']) await add(`PyTorch ${kind}, ${threads} thread${threads > 1 ? 's' : ''}`, PYTHON, file('torch_contestant.py'), batches, String(threads), kind);
      }
    }

    const results: Result[] = [];
    const steps: number[] = [];
    for (const contestant of contestants) {
      const first = await contestant.turn(smoke ? 2 : COMPARED);
      results.push({ name: contestant.name, seconds: [], cpu: [], reports: first.reports });
      const { seconds, steps: done } = smoke ? first : await contestant.turn(5);
      steps.push(smoke ? 1 : Math.max(2, Math.round((TURN * done) / seconds)));
      note(`${workload}: ${contestant.name} is ready, about ${(done / seconds).toFixed(1)} steps/s`);
    }
    for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
      for (let offset = 0; offset < contestants.length; offset++) {
        const at = (offset + round) % contestants.length;
        const turn: Turn = await contestants[at].turn(steps[at]);
        results[at].seconds.push(turn.seconds / turn.steps);
        results[at].cpu.push(turn.cpu / turn.steps);
      }
      note(`${workload}: round ${round + 1}`);
    }
    return results;
  } finally {
    for (const contestant of contestants) contestant.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarise(workload: WorkloadName, results: readonly Result[]): { table: string; figures: Row[] } {
  const ours = (threads: number): Result => results[threads - 1];
  const figures: Row[] = [];
  const cells = results.map((result) => {
    const threads = /, 2 threads$/.test(result.name) ? 2 : 1;
    const wall = ratioOfRounds(result.seconds.map((value) => [value]), ours(threads).seconds.map((value) => [value]));
    const cpu = ratioOfRounds(result.cpu.map((value) => [value]), ours(threads).cpu.map((value) => [value]));
    const apart = largestDifference(result.reports, ours(1).reports);
    figures.push(
      { subject: `${workload}: ${result.name}`, metric: 'steps/s', value: 1 / median(result.seconds), unit: '1' },
      { subject: `${workload}: ${result.name}`, metric: 'processor time a step', value: median(result.cpu) * 1000, unit: 'ms' },
      { subject: `${workload}: ${result.name}`, metric: 'time, SIMD with as many threads = 1', value: wall.ratio, unit: '×' },
      { subject: `${workload}: ${result.name}`, metric: 'last loss compared', value: result.reports.at(-1)!.loss, unit: '1' },
    );
    return [
      result.name, (1 / median(result.seconds)).toFixed(1), `${wall.ratio.toFixed(2)} (${wall.least.toFixed(2)} to ${wall.most.toFixed(2)})`,
      (median(result.cpu) * 1000).toFixed(1), cpu.ratio.toFixed(2), result.reports.at(-1)!.loss.toFixed(4), apart.toExponential(0),
    ];
  });
  const header = ['', '>steps/s', '>time (SIMD with as many threads = 1)', '>processor ms a step', '>the same, ratio', `>loss of step ${ours(1).reports.length}`, '>losses differ by'];
  return { figures, table: markdownTable(header, cells) };
}

/** Of losses of single steps from `ours`, or of their means where a report stands for several steps; relative. */
function largestDifference(reports: readonly StepReport[], ours: readonly StepReport[]): number {
  let at = 0;
  return Math.max(...reports.map(({ steps, loss }) => {
    const same = ours.slice(at, at += steps);
    return same.length < steps ? 0 : Math.abs(loss / (same.reduce((sum, report) => sum + report.loss, 0) / steps) - 1);
  }));
}
