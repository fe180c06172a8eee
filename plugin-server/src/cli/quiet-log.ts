import type { Log } from '../context.ts';
import type { Terminal } from './terminal.ts';

/** A command says what it did itself; of the log only what went wrong is worth a line. */
export function quietLog(terminal: Pick<Terminal, 'note'>): Log {
  const say = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const reason = fields.reason instanceof Error ? fields.reason.message : fields.reason;
    terminal.note(`vitrine: ${message}${reason === undefined ? '' : `: ${reason}`}`);
  };
  return { info() {}, warn: say, error: say };
}
