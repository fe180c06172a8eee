import { createJsScan, rank, type RecommendationModel } from '@vitrine/sdk/core';
import { previewModel } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { PURCHASE, VIEW } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import { createRandom, shuffle } from '../../plugin-server/src/pipeline/dataset/random.ts';
import { weighVisits } from '../../plugin-server/src/pipeline/dataset/weigh-visits.ts';
import { trainInWorker } from '../../plugin-server/src/pipeline/train/train-in-worker.ts';
import type { Evaluation, EvaluationRow, Interactions } from '../../plugin-server/src/pipeline/types.ts';
import type { QualityOptions } from './run.ts';
import { DAY, simulatedInteractions } from './simulated-shop.ts';

type Judged = Interactions & { readonly origin: Int32Array };

/** Who makes up the visits: how many addresses they have, and whether they take a person's time. */
const ATTACKERS = [
  { name: 'one machine', addresses: 1, steady: true },
  { name: '20 addresses', addresses: 20, steady: false },
  { name: 'an address each', addresses: Infinity, steady: false },
] as const;
const SHARES = [0.01, 0.05, 0.2];
const TOP = 10;
const PAGES = 200;
const VISITS = 300;
const SHOP = { products: 400, orders: 5_000, customers: 2_000, visitDays: 42 };
const SMALL = { products: 150, orders: 1_500, customers: 500, visitDays: 30 };

/**
 * `npm run quality -- poisoning`: the simulated shop, and within its newest week made-up visits, as many as 1, 5 and 20 % of
 * all visits of six weeks, that look at a much visited product, then at the one they push, and put it into the cart. The
 * pushed product is one of middling attention. Measured is in how many lists of ten it stands: beside products (related), for
 * visitors in the middle of a visit (for you), among the popular and the rising; with all visits learned from as they came, and with
 * `weighVisits` before. Honest shoppers have an address of their own each day, four in a hundred share one with nine others.
 */
export async function run({ seed, epochs, smoke, note }: QualityOptions): Promise<Evaluation[]> {
  const { interactions } = simulatedInteractions(smoke ? SMALL : SHOP);
  const honest = withOrigins(interactions, seed);
  const target = middling(interactions);
  const [attackers, shares] = smoke ? [ATTACKERS.slice(1, 2), SHARES.slice(1, 2)] : [ATTACKERS, SHARES];
  const shops = [{ name: 'honest', all: honest }, ...attackers.flatMap((attacker) => shares.map((share) =>
    ({ name: `${attacker.name}, ${share * 100} % of the visits`, all: pushed(honest, { target, share, seed, ...attacker }) })))];
  const rows: EvaluationRow[] = [];
  for (const { name, all } of shops) {
    for (const defended of [false, true]) {
      const started = performance.now();
      const { interactions: learned, leftOut } = defended ? weighVisits(all) : { interactions: withoutOrigin(all), leftOut: undefined };
      const result = await trainInWorker(structuredClone(learned), { // its columns move to the thread
        dataset: name, seed, epochs, device: 'cpu',
      });
      const metrics = await standing(previewModel(result.packed), interactions, interactions.itemIds[target], seed);
      const judged = result.evaluations.find(({ goal }) => goal === 'view')?.rows.find(({ model }) => model === 'shipped')?.metrics['NDCG@20'];
      rows.push({ model: `${name}, ${defended ? 'weighed' : 'as they came'}`, metrics: { ...metrics, ...(name === 'honest' && judged !== undefined && { 'NDCG@20, next view': judged }) }, seconds: (performance.now() - started) / 1000 });
      note(`${rows.at(-1)!.model}: ${JSON.stringify(metrics)}${leftOut ? `, left out ${JSON.stringify(leftOut)}` : ''}`);
    }
  }
  return [{
    dataset: 'simulated-shop', goal: 'view', seed, cases: PAGES + VISITS, rows,
    protocol: `made-up visits push one product; share of ${PAGES} product pages and of ${VISITS} visits whose best ${TOP} hold it, its place among the popular and the rising (0: not among ${TOP})`,
  }];
}

/** Origins as `readInteractions` gives them: an address a shopper and day, now and then shared; none for orders. */
function withOrigins(interactions: Interactions, seed: number): Judged {
  const random = createRandom(seed + 1);
  const { actor, time, kind, item } = interactions;
  const shared = new Map<number, boolean>();
  const numbers = new Map<string, number>();
  const origin = Int32Array.from(item, (_, at) => {
    if (kind[at] === PURCHASE) return -1;
    if (!shared.has(actor[at])) shared.set(actor[at], random() < 0.04);
    const key = `${Math.floor(time[at] / DAY)} ${shared.get(actor[at]) ? `office ${actor[at] % 8}` : actor[at]}`;
    return numbers.get(key) ?? (numbers.set(key, numbers.size), numbers.size - 1);
  });
  return { ...interactions, origin };
}

/** The item in the middle when all are sorted by how often they are looked at. */
function middling({ itemIds, item, kind }: Interactions): number {
  const views = new Int32Array(itemIds.length);
  item.forEach((row, at) => { if (kind[at] === VIEW) views[row]++; });
  return Array.from(views.keys()).sort((a, b) => views[b] - views[a])[itemIds.length >> 1];
}

function pushed(honest: Judged, { target, share, addresses, steady, seed }: { target: number; share: number; addresses: number; steady: boolean; seed: number }): Judged {
  const random = createRandom(seed + 2);
  const { itemIds, item, kind, group, actor, time, origin } = honest;
  const views = new Int32Array(itemIds.length);
  const visits = new Set<number>();
  item.forEach((row, at) => {
    if (kind[at] === PURCHASE) return;
    views[row]++;
    visits.add(group[at]);
  });
  const visited = Array.from(views.keys()).sort((a, b) => views[b] - views[a]).slice(0, 100).filter((row) => row !== target);
  const [groups, actors, origins] = [group, actor, origin].map((column) => column.reduce((most, value) => Math.max(most, value + 1), 0));
  const touches = Array.from(item, (row, at) => ({ item: row, kind: kind[at], group: group[at], actor: actor[at], time: time[at], origin: origin[at] }));
  const count = Math.round(visits.size * share);
  const newest = time[time.length - 1];
  for (let visit = 0; visit < count; visit++) {
    const begun = newest - 7 * DAY + (steady ? (visit / count) * 7 * DAY : random() * 7 * DAY);
    const wait = () => (steady ? 2 : 10 + random() * 60);
    const own = { group: groups + visit, actor: actors + visit, origin: origins + Math.floor(begun / DAY) % 8 * 1e6 + (addresses === Infinity ? visit : visit % addresses) };
    const first = begun + wait();
    const second = first + wait();
    touches.push({ ...own, item: visited[Math.floor(random() * visited.length)], kind: VIEW, time: begun }, { ...own, item: target, kind: VIEW, time: first }, { ...own, item: target, kind: VIEW + 1, time: second });
  }
  touches.sort((a, b) => a.time - b.time);
  const numbers = new Map<number, number>();
  const numbered = (value: number) => numbers.get(value) ?? (numbers.set(value, numbers.size), numbers.size - 1);
  return {
    itemIds, item: Int32Array.from(touches, (touch) => touch.item), kind: Uint8Array.from(touches, (touch) => touch.kind), group: Int32Array.from(touches, (touch) => numbered(touch.group)),
    actor: Int32Array.from(touches, (touch) => touch.actor), time: Float64Array.from(touches, (touch) => touch.time), origin: Int32Array.from(touches, (touch) => touch.origin),
  };
}

function withoutOrigin({ origin: _, ...interactions }: Judged): Interactions {
  return interactions;
}

/** Where the product stands in a model's lists. */
async function standing(model: RecommendationModel, { itemIds, item, kind, group, time }: Interactions, target: string, seed: number): Promise<Record<string, number>> {
  const scan = createJsScan(model);
  const holds = async (request: Omit<Parameters<typeof rank>[2], 'limit'>) => (await rank(model, scan, { ...request, limit: TOP })).findIndex(({ id }) => id === target) + 1;
  const pages = Array.from(shuffle(Int32Array.from(model.itemIds.keys()), createRandom(seed)), (row) => model.itemIds[row]).filter((id) => id !== target).slice(0, PAGES);
  let related = 0;
  for (const id of pages) if (await holds({ session: [{ id, kind: 'view' }], goal: 'view', exclude: new Set([id]) })) related++;
  const sessions = new Map<number, { id: string; kind: 'view' | 'cart' }[]>();
  item.forEach((row, at) => {
    if (kind[at] === PURCHASE || itemIds[row] === target) return;
    const session = sessions.get(group[at]);
    const touch = { id: itemIds[row], kind: kind[at] === VIEW ? 'view' as const : 'cart' as const };
    if (session) session.push(touch);
    else sessions.set(group[at], [touch]);
  });
  const visits = [...sessions.values()].slice(-VISITS);
  let forYou = 0;
  for (const session of visits) if (await holds({ session, goal: 'purchase' })) forYou++;
  const now = time[time.length - 1] * 1000;
  return { related: related / pages.length, 'for you': forYou / visits.length, popular: await holds({ session: [], goal: 'view' }), rising: await holds({ session: [], goal: 'view', origin: { type: 'trending', now } }) };
}
