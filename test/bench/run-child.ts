import { spawn } from 'node:child_process';
import { VitrineError } from '@vitrine/sdk/core';

/**
 * Runs a command of this project in a process of its own, so that memory is that command's alone.
 *
 * @param args file and arguments, run with this process's Node
 * @returns the JSON object of its last line on standard output
 * @throws VitrineError `internal` with the last line it said when it fails
 */
export async function runChild(args: readonly string[], options: { env?: Readonly<Record<string, string>>; note: (line: string) => void }): Promise<unknown> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let rest = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim()) options.note((said = line));
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new VitrineError('internal', `${args[0].split('/').at(-1)} ended with exit code ${code}: ${rest || said || 'it said nothing'}`);
  return JSON.parse(out.trimEnd().split('\n').at(-1)!);
}
