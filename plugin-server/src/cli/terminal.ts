/** Where a command writes. Tests give their own. */
export interface Terminal {
  /** A line of the result, on standard output. */
  out(line: string): void;
  /** A line about the work, on standard error. */
  note(line: string): void;
  /** Overwrites the current line of standard error; only where a person watches. */
  redraw?(line: string): void;
  readonly clock: () => number;
}

/** The process's own standard output and error. */
export function processTerminal(): Terminal {
  let open = 0; // characters of a redrawn line still standing
  const clear = (): void => {
    if (open > 0) process.stderr.write(`\r${' '.repeat(open)}\r`);
    open = 0;
  };
  return {
    out: (line) => { clear(); process.stdout.write(`${line}\n`); },
    note: (line) => { clear(); process.stderr.write(`${line}\n`); },
    ...(process.stderr.isTTY ? {
      redraw: (line: string) => {
        const text = line.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
        process.stderr.write(`\r${text.padEnd(open)}`);
        open = text.length;
      },
    } : {}),
    clock: Date.now,
  };
}

const REDRAW_EVERY = 100;
const NOTE_EVERY = 5_000;

/** Shows progress: redrawn in place before a person, a plain line every five seconds in a log. */
export function progressLine(terminal: Terminal): (line: () => string) => void {
  let last = terminal.redraw ? -Infinity : terminal.clock();
  return (line) => {
    const now = terminal.clock();
    if (now - last < (terminal.redraw ? REDRAW_EVERY : NOTE_EVERY)) return;
    last = now;
    if (terminal.redraw) terminal.redraw(line());
    else terminal.note(line());
  };
}
