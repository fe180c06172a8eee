import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../plugin-server/src/config.ts';
import { createContext, type OpenContext } from '../../../plugin-server/src/create-context.ts';
import { silentLog } from '../../../plugin-server/src/log.ts';
import { importFile } from '../../../plugin-server/src/services/import-file.ts';
import { requestTraining } from '../../../plugin-server/src/services/request-training.ts';
import { madeUpInteractions } from '../../made-up-interactions.ts';

export const SHOP = 'bench.myshopify.com';

/** Opens a context on what `env` names, for as long as `work` takes. */
export async function withBenchContext<T>(env: Readonly<Record<string, string>>, work: (ctx: OpenContext) => Promise<T>): Promise<T> {
  const ctx = await createContext(readConfig(env), { log: silentLog });
  try {
    return await work(ctx);
  } finally {
    await ctx.close();
  }
}

/** Imports a made-up shop's orders and queues trainings, one after the other. */
export function prepareShop(env: Readonly<Record<string, string>> & { readonly VITRINE_HOME: string }, options: { readonly lines: number; readonly items: number; readonly trainings: number }): Promise<void> {
  return withBenchContext(env, async (ctx) => {
    const path = join(env.VITRINE_HOME, 'orders.csv');
    writeFileSync(path, orders(options));
    await importFile(ctx, { path, shop: SHOP, currency: 'EUR' });
    for (let training = 0; training < options.trainings; training++) await requestTraining(ctx, { shop: SHOP });
  });
}

function orders({ lines, items }: { readonly lines: number; readonly items: number }): string {
  const { item, group, actor, time } = madeUpInteractions({ events: lines, items });
  return ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID', ...Array.from(item, (row, i) =>
    `${group[i] + 1},p${row},Product ${row},1,${new Date(time[i] * 1000).toISOString().slice(0, 19).replace('T', ' ')},2.50,${actor[i] + 1}`)].join('\n');
}
