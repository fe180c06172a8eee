import { createInterface } from 'node:readline';
import type { StepReport } from '../../../plugin-server/src/pipeline/train/learner.ts';

/** What a contestant says after a turn. */
export interface Turn {
  /** Steps done; some contestants cannot stop after each. */
  readonly steps: number;
  /** Seconds of all steps of the turn. */
  readonly seconds: number;
  /** Seconds of processor time, of all threads. */
  readonly cpu: number;
  /** Mean loss of one step or of a few, in their order. */
  readonly reports: readonly StepReport[];
}

/** A contestant's process: says it is ready, then carries out at least as many steps as each line of standard input asks for. */
export async function serveSteps(next: () => Promise<StepReport>): Promise<void> {
  const say = (message: unknown): void => { process.stdout.write(`${JSON.stringify(message)}\n`); };
  say('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const reports: StepReport[] = [];
    const started = performance.now();
    const before = process.cpuUsage();
    let steps = 0;
    while (steps < Number(line)) {
      const report = await next();
      reports.push(report);
      steps += report.steps;
    }
    const { user, system } = process.cpuUsage(before);
    say({ steps, seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6, reports } satisfies Turn);
  }
}
