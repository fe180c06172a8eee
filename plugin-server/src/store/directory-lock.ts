import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { VitrineError } from '@vitrine/sdk/core';

interface Holder {
  readonly pid: number;
  /** When that process started, in the kernel's ticks since boot; '' where the system does not tell. */
  readonly started: string;
  readonly command: string;
}

/** Directories this process has open, so that a lock carrying our own (recycled) process id is told from a live one. */
const held = new Set<string>();

/**
 * Takes `DIR.lock` for this process. A lock left by a process that no longer lives is taken over.
 *
 * @returns a function that gives it back.
 * @throws VitrineError `conflict` naming the process that holds it.
 */
export function lockDirectory(dir: string): () => void {
  const path = `${dir}.lock`;
  const own: Holder = { pid: process.pid, started: startTime(process.pid), command: commandName() };
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
    const found = readHolder(path);
    if (found === undefined) continue; // given back between our two looks
    if (attempt > 10 || isAlive(found.holder, dir)) throw inUse(dir, found.holder);
    takeAway(path, found.text);
  }
  held.add(dir);
  process.on('exit', unlock);
  return unlock;

  function unlock() {
    if (!held.delete(dir)) return;
    process.off('exit', unlock);
    rmSync(path, { force: true });
  }
}

/** Moves a dead lock out of the way; puts it back if a faster process has meanwhile replaced it by its own. */
function takeAway(path: string, expected: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, 'utf8') === expected) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function readHolder(path: string): { text: string; holder: Holder } | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    try {
      return { text, holder: JSON.parse(text) as Holder };
    } catch {
      return { text, holder: { pid: 0, started: '', command: '' } }; // cut short by a crash: nobody's
    }
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder, dir: string): boolean {
  if (!Number.isInteger(holder.pid) || holder.pid < 1) return false;
  if (holder.pid === process.pid) return held.has(dir);
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  const started = startTime(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

/** Field 22 of /proc/PID/stat: tells a process from a later one with the same number. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function commandName(): string {
  const [, script = 'node', verb = ''] = process.argv;
  const name = basename(script).replace(/\.(ts|mjs|js)$/, '').replace(/^cli$/, 'vitrine');
  return /^[a-z-]+$/.test(verb) ? `${name} ${verb}` : name;
}

function inUse(dir: string, holder: Holder): VitrineError {
  return new VitrineError('conflict', `The data in ${dir} is in use by process ${holder.pid} (${holder.command}). Stop it, or set VITRINE_HOME to another folder, or DATABASE_URL to a PostgreSQL server.`);
}
