import { untilStopped } from './command.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: `vitrine serve [options]

  Listens on HOST and PORT (default 127.0.0.1:3000) and does the queue's jobs, until it is stopped.

  --no-work   leave the jobs to "vitrine work", on this machine or another`,
  options: { 'no-work': { type: 'boolean' } },

  async run(invocation) {
    const { terminal, values } = invocation;
    const { url } = await invocation.startServer({ work: values['no-work'] !== true });
    if (values.json) terminal.out(JSON.stringify({ url }));
    else terminal.note(`Vitrine listens on ${url}. Stop it with Ctrl-C.`);
    await untilStopped(invocation);
  },
};
