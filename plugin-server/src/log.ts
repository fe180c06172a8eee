import type { Log } from './context.ts';

/** Names of fields that must never reach a log, whatever their value. */
const SECRET = /token|secret|key|password|authorization|cookie|email|phone|address/i;

/**
 * Writes one JSON object a line.
 *
 * @example
 * createLog({ write: (line) => process.stderr.write(line) }).info('listening', { port: 3000 });
 */
export function createLog(options: { write?: (line: string) => void; clock?: () => number } = {}): Log {
  const { write = writeTogether, clock = Date.now } = options;
  let last = { time: NaN, text: '' };
  const now = (): string => {
    const time = clock();
    if (time !== last.time) last = { time, text: new Date(time).toISOString() }; // many lines of a millisecond share one
    return last.text;
  };
  const at = (level: string) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const entry: Record<string, unknown> = { time: now(), level, message };
    for (const name in fields) entry[name] = SECRET.test(name) ? '(hidden)' : plain(fields[name]);
    write(`${JSON.stringify(entry)}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Says nothing. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };

function plain(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return typeof value === 'bigint' ? String(value) : value;
}

let waiting = '';

/** Writes the lines of one turn of the event loop at once: a call to the system for each would cost more than the lines. */
function writeTogether(line: string): void {
  if (waiting === '') setImmediate(flush);
  waiting += line;
}

function flush(): void {
  const text = waiting;
  waiting = '';
  if (text !== '') process.stderr.write(text);
}

process.on('exit', flush);
