import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VitrineError } from '@vitrine/sdk/core';

const SERVER = fileURLToPath(new URL('../answering-server.ts', import.meta.url));

/** The server as a process of its own, with its worker. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** What it said of its jobs: "job done", "training" … */
  readonly said: readonly { readonly message: string; readonly job?: string }[];
  /** Whether it still runs. */
  running(): boolean;
  /** The largest memory it has had, bytes; NaN where the system does not tell. */
  peakBytes(): number;
  /** Seconds of processor time it has used; NaN where the system does not tell. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** Starts the server with this environment, on a free port; resolves when it listens. */
export async function startServerProcess(env: Readonly<Record<string, string>>, script = SERVER): Promise<ServerProcess> {
  const child: ChildProcess = spawn(process.execPath, [script], { env: { ...process.env, ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'ignore'] });
  const said: { message: string; job?: string; url?: string }[] = [];
  createInterface({ input: child.stdout! }).on('line', (text) => said.push(JSON.parse(text) as { message: string }));
  let url: string | undefined;
  for (let waited = 0; !(url = said.find(({ message }) => message === 'listening')?.url); waited += 20) {
    if (child.exitCode !== null || waited > 60_000) throw new VitrineError('internal', 'The server did not start.');
    await wait(20);
  }
  return {
    url, port: Number(new URL(url).port), said,
    running: () => child.exitCode === null && child.signalCode === null,
    peakBytes() {
      try {
        return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024;
      } catch {
        return Number.NaN;
      }
    },
    cpuSeconds() {
      try {
        const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100; // user and system, in hundredths
      } catch {
        return Number.NaN;
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
