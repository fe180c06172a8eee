import { reseal } from '../services/reseal.ts';
import type { Command } from './command.ts';
import { count } from './table.ts';

export const command: Command = {
  usage: `vitrine reseal

  Seals the stored tokens and keys anew under VITRINE_SECRET. To change the secret: name the new one in
  VITRINE_SECRET_PREVIOUS of every process, then make it VITRINE_SECRET and the old one VITRINE_SECRET_PREVIOUS,
  run this, and forget the old one.`,
  options: {},

  async run(invocation) {
    const report = await reseal(await invocation.openContext());
    if (!invocation.values.json) {
      invocation.terminal.out(report.resealed === 0 ? `All ${count(report.sealed)} sealed entries are under VITRINE_SECRET already.`
        : `Sealed ${count(report.resealed)} of ${count(report.sealed)} entries anew. VITRINE_SECRET_PREVIOUS is no longer needed.`);
    }
    return report;
  },
};
