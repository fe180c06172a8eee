import { untilStopped } from './command.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: `vitrine work

  Does the queue's jobs (imports, training, webhooks) until it is stopped. With DATABASE_URL any number of these share the queue.`,
  options: {},

  async run(invocation) {
    const { terminal, values } = invocation;
    await invocation.startWorker();
    if (values.json) terminal.out(JSON.stringify({ working: true }));
    else terminal.note('Vitrine works on the queue. Stop it with Ctrl-C.');
    await untilStopped(invocation);
  },
};
