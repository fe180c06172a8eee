import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { VitrineError } from '@vitrine/sdk/core';
import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import { VIEW } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import { readUsers, Vocabulary } from '../../plugin-server/src/pipeline/evaluate/files/read-lists.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { readInteractions } from '../../plugin-server/src/store/interactions.ts';
import { readCatalogueContent } from '../../plugin-server/src/store/catalogue-content.ts';
import { firstLines } from '../first-lines.ts';
import { dataFile, dataMissing } from './data-folder.ts';
import type { ShopData } from './new-items.ts';
import { simulatedInteractions } from './simulated-shop.ts';

const SMOKE_LINES = 12_000;

/** Shops with a catalogue, by name. @throws VitrineError `bad_usage`, `bad_input` when the data are absent */
export async function readShopData(name: string, { smoke = false }: { readonly smoke?: boolean }): Promise<ShopData> {
  if (name === 'simulated-shop') return { name, ...simulatedInteractions(smoke ? { products: 200, orders: 2_000, customers: 600, visitDays: 30 } : {}) };
  if (name === 'online-retail') return readRetail(smoke);
  if (name === 'amazon-beauty') return readBeauty(smoke);
  throw new VitrineError('bad_usage', `"${name}" has no catalogue here; it must be online-retail, simulated-shop or amazon-beauty`);
}

async function readRetail(smoke: boolean): Promise<ShopData> {
  const file = need('online-retail/online-retail.csv.gz');
  const home = mkdtempSync(join(tmpdir(), 'vitrine-quality-'));
  const ctx = await createContext(readConfig({ VITRINE_HOME: home }));
  try {
    let path = file;
    if (smoke) await writeFile((path = join(home, 'first.csv')), await firstLines(file, SMOKE_LINES));
    await importFile(ctx, { path, shop: 'online-retail', currency: 'GBP' });
    return { name: 'online-retail', interactions: await readInteractions(ctx.db, 'online-retail'), products: await readCatalogueContent(ctx.db, 'online-retail') };
  } finally {
    await ctx.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Each user's history as a visit, users in the order of the file: the last tenth of the users tests, at a random place of their
 * history. The attributes are numbers without a meaning, categories and brand: tags.
 */
async function readBeauty(smoke: boolean): Promise<ShopData> {
  const vocabulary = new Vocabulary();
  const users = await readUsers(need('amazon-beauty/sequences.txt.gz'), (id) => vocabulary.add(id));
  const attributes = JSON.parse(await text(createReadStream(need('amazon-beauty/item_attributes.json.gz')).pipe(createGunzip()))) as Record<string, number[]>;
  const count = smoke ? users.start[Math.min(1000, users.start.length - 1)] : users.item.length;
  const group = new Int32Array(count);
  for (let user = 0; users.start[user] < count; user++) group.fill(user, users.start[user], users.start[user + 1]);
  return {
    name: 'amazon-beauty',
    interactions: {
      itemIds: vocabulary.ids, item: Int32Array.from(users.item.subarray(0, count)), kind: new Uint8Array(count).fill(VIEW), group,
      actor: new Int32Array(count).fill(-1), time: Float64Array.from(group),
    },
    products: vocabulary.ids.map((id) => ({ id, title: '', productType: '', vendor: '', tags: (attributes[id] ?? []).map(String), price: null })),
  };
}

function need(name: string): string {
  const missing = dataMissing(name);
  if (missing) throw new VitrineError('bad_input', missing);
  return dataFile(name);
}
