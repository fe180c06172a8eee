import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { VitrineError } from '@vitrine/sdk/core';
import type { Turn } from './serve-steps.ts';

/** A way to train, in a process of its own that waits between turns. */
export interface Contestant {
  readonly name: string;
  /** Carries out so many steps. @throws VitrineError `internal` when the process has ended */
  turn(steps: number): Promise<Turn>;
  close(): void;
}

/** Starts a contestant and waits until it is ready. */
export async function startContestant(name: string, command: string, args: readonly string[]): Promise<Contestant> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-2000); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { done, value } = await lines.next();
    if (done) throw new VitrineError('internal', `${name} ended: ${said.trim().split('\n').at(-1) || 'it said nothing'}`);
    // tfjs greets on standard output.
    return /^[{"]/.test(value) ? JSON.parse(value) : answer();
  };
  await answer();
  return {
    name,
    async turn(steps) {
      child.stdin.write(`${steps}\n`);
      return await answer() as Turn;
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}
