/**
 * The items in the order they are shown: pinned ones at their places, the others around them.
 * @param items each once, pinned ones by rising place
 * @param limit items at most
 *
 * @example
 * arrange<{ id: string; pinned?: number }>([{ id: 'p', pinned: 1 }, { id: 'a' }, { id: 'b' }], 3); // a, p, b
 */
export function arrange<Item extends { readonly pinned?: number }>(items: readonly Item[], limit: number): Item[] {
  const shown = items.filter(({ pinned }) => pinned === undefined);
  for (const item of items) if (item.pinned !== undefined) shown.splice(item.pinned, 0, item);
  return shown.slice(0, limit);
}
