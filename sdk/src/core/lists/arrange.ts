/**
 * The items in the order they are shown: pinned ones at their places, the others around them, none twice.
 * @param limit items at most
 *
 * @example
 * arrange([{ id: 'p', pinned: 1 }, { id: 'a' }, { id: 'b' }], 3); // a, p, b
 */
export function arrange<Item extends { readonly id: string; readonly pinned?: number }>(items: readonly Item[], limit: number): Item[] {
  const pins = items.filter(({ pinned }) => pinned !== undefined).sort((a, b) => a.pinned! - b.pinned!);
  const ids = new Set(pins.map(({ id }) => id));
  const others = items.filter((item) => item.pinned === undefined && !ids.has(item.id));
  const shown: Item[] = [];
  while (shown.length < limit && pins.length + others.length > 0) {
    const next = pins.length > 0 && (pins[0].pinned! <= shown.length || others.length === 0) ? pins.shift()! : others.shift()!;
    shown.push(next);
  }
  return shown;
}
