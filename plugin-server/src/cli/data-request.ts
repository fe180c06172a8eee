import { writeFileSync } from 'node:fs';
import { VitrineError } from '@vitrine/sdk/core';
import { exportCustomer } from '../services/export-customer.ts';
import { numericId } from '../shopify/ids.ts';
import { optional, required } from './command.ts';
import type { Command } from './command.ts';
import { count } from './table.ts';

export const command: Command = {
  usage: `vitrine data-request --shop NAME --customer ID [--out FILE]

  Everything stored about a customer of the shop, as JSON: on standard output, or in FILE. ID is the customer's id
  as the shop or the imported file has it.`,
  options: { shop: { type: 'string' }, customer: { type: 'string' }, out: { type: 'string' } },

  async run(invocation) {
    const shop = required(invocation, 'shop', 'my-shop');
    const customer = required(invocation, 'customer', '6100000000000');
    const out = optional(invocation, 'out');
    const answer = await exportCustomer(await invocation.openContext(), { shop, subject: { customerId: numericId(customer) ?? customer, orderIds: [] } });
    if (out !== undefined) {
      try {
        writeFileSync(out, `${JSON.stringify(answer, null, 2)}\n`, { mode: 0o600 });
      } catch (cause) {
        throw new VitrineError('bad_usage', `--out ${out} cannot be written (${(cause as NodeJS.ErrnoException).code}).`, { cause });
      }
      invocation.terminal.note(`${count(answer.orders.length)} orders and ${count(answer.events.length)} events written to ${out}.`);
      return { shop, orders: answer.orders.length, events: answer.events.length, file: out };
    }
    if (!invocation.values.json) invocation.terminal.out(JSON.stringify(answer, null, 2));
    return answer;
  },
};
