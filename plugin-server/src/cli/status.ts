import { listShopNames, shopStatus } from '../services/shop-status.ts';
import type { ShopStatus } from '../services/shop-status.ts';
import { optional } from './command.ts';
import type { Command } from './command.ts';
import { bytes, count, formatTable, moment } from './table.ts';

export const command: Command = {
  usage: 'vitrine status [--shop NAME]',
  options: { shop: { type: 'string' } },

  async run(invocation) {
    const ctx = await invocation.openContext();
    const shop = optional(invocation, 'shop');
    const shops = await Promise.all((shop === undefined ? await listShopNames(ctx) : [shop]).map((name) => shopStatus(ctx, { shop: name })));
    if (!invocation.values.json) invocation.terminal.out(shops.length === 0 ? 'No shop yet. Begin with: vitrine import FILE --shop NAME' : shops.map(formatStatus).join('\n\n'));
    return { shops };
  },
};

function formatStatus(status: ShopStatus): string {
  const { counts, live, lastImport, lastRun } = status;
  const rows = [
    ['Shop', `${status.shop} (${status.source}${status.currency ? `, ${status.currency}` : ''})`],
    ['Stored', `${count(counts.products)} products, ${count(counts.orders)} orders (${count(counts.lines)} lines), ${count(counts.events)} events`],
  ];
  if (counts.from !== null && counts.to !== null) rows.push(['Orders from, to (UTC)', `${moment(counts.from)}, ${moment(counts.to)}`]);
  rows.push(['Last import', lastImport ? `${lastImport.source} (${lastImport.kind}), ${lastImport.status}, ${moment(lastImport.startedAt)}` : 'none']);
  rows.push(['Last training', lastRun ? `${lastRun.id}, ${lastRun.status}, ${moment(lastRun.startedAt)}${lastRun.result?.error ? `: ${lastRun.result.error}` : ''}` : 'none']);
  rows.push(['Live', live ? `release ${live.sequence}, version ${live.version}, ${bytes(live.bytes)}, since ${moment(live.publishedAt)}` : 'nothing published']);
  return formatTable([{ heading: '' }, { heading: '' }], rows);
}
