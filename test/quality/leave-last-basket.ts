import type { SplitTimes } from '../../plugin-server/src/pipeline/dataset/sequences.ts';
import type { Interactions } from '../../plugin-server/src/pipeline/types.ts';

/** Longer than any history, in seconds: lifts held-out orders behind all others in time. */
const AGE = 1e11;

/**
 * The protocol "last basket of each customer": the last order of every customer with at least two tests, the one before
 * it chooses where there are three, all else trains, orders without a customer included.
 *
 * The orders are moved in time, training before choosing before testing, so that the pipeline's own split by time
 * separates them; each customer's orders keep their order.
 */
export function leaveLastBasket(input: Interactions): { interactions: Interactions; split: SplitTimes } {
  const groups = input.group.reduce((most, group) => Math.max(most, group + 1), 0);
  const actorOf = new Int32Array(groups).fill(-1);
  for (let i = input.group.length - 1; i >= 0; i--) actorOf[input.group[i]] = input.actor[i];
  const byActor = Map.groupBy(Array.from(actorOf.keys()).filter((group) => actorOf[group] >= 0), (group) => actorOf[group]);
  const role = new Uint8Array(groups);
  for (const own of byActor.values()) {
    if (own.length >= 2) role[own.at(-1)!] = 2;
    if (own.length >= 3) role[own.at(-2)!] = 1;
  }
  const time = input.time.map((seconds, i) => seconds + role[input.group[i]] * AGE);
  const order = Array.from(time.keys()).sort((a, b) => time[a] - time[b] || a - b);
  const renumbered = new Map<number, number>();
  const group = Int32Array.from(order, (i) => {
    if (!renumbered.has(input.group[i])) renumbered.set(input.group[i], renumbered.size);
    return renumbered.get(input.group[i])!;
  });
  return {
    interactions: {
      itemIds: input.itemIds, group,
      item: Int32Array.from(order, (i) => input.item[i]), kind: Uint8Array.from(order, (i) => input.kind[i]),
      actor: Int32Array.from(order, (i) => input.actor[i]), time: Float64Array.from(order, (i) => time[i]),
    },
    split: { validationFrom: AGE, testFrom: 2 * AGE },
  };
}
