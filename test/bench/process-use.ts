import { readFileSync, writeFileSync } from 'node:fs';

/** Processor seconds of this process, of all its threads. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Forgets the peak of memory, so that the next one belongs to what comes. On Linux; elsewhere it is that of the whole process. */
export function forgetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

/** The most memory that was resident since `forgetPeak`, in bytes. */
export function peakSince(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}
