import { dashboardLinks } from '../services/dashboard-links.ts';
import { untilStopped } from './command.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: `vitrine serve [options]

  Listens on HOST and PORT (default 127.0.0.1:3000) and does the queue's jobs, until it is stopped.

  --no-work   leave the jobs to "vitrine work", on this machine or another`,
  options: { 'no-work': { type: 'boolean' } },

  async run(invocation) {
    const { terminal, values } = invocation;
    const { url, ctx } = await invocation.startServer({ work: values['no-work'] !== true });
    const dashboards = await dashboardLinks(ctx);
    if (values.json) terminal.out(JSON.stringify({ url, dashboards }));
    else {
      for (const { shop, url: link } of dashboards) terminal.note(`Dashboard of ${shop}, for 12 hours:\n  ${link}`);
      terminal.note(`Vitrine listens on ${url}. Stop it with Ctrl-C.`);
    }
    await untilStopped(invocation);
  },
};
