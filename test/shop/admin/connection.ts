/** Arguments of any connection field. */
export interface PageArguments { readonly first?: number | null; readonly last?: number | null; readonly after?: string | null; readonly before?: string | null; readonly reverse?: boolean | null }

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
}

/** Makes the executor treat a failure as the client's. */
export class PageError extends Error {}

/**
 * One page of a list. A cursor holds the id of its item, so that it stays right while items are added; nodes are made
 * only for the page.
 *
 * @param all every item is on the page (inside a bulk operation)
 */
export function connection<Item extends { readonly id: string }, Node>(
  items: readonly Item[], args: PageArguments, toNode: (item: Item) => Node, all = false,
): Connection<Node> {
  const ordered = args.reverse ? items.toReversed() : items;
  let from = 0, to = ordered.length;
  if (!all) {
    const { first, last } = args;
    if (typeof first !== 'number' && typeof last !== 'number') throw new PageError('you must provide one of first or last');
    if ((first ?? 1) < 0 || (last ?? 1) < 0 || (first ?? 0) > 250 || (last ?? 0) > 250) throw new PageError('first and last are between 0 and 250');
    if (args.after) from = positionOf(ordered, args.after) + 1;
    if (args.before) to = positionOf(ordered, args.before);
    if (typeof first === 'number') to = Math.min(to, from + first);
    if (typeof last === 'number') from = Math.max(from, to - last);
  }
  const edges = ordered.slice(from, to).map((item) => ({ cursor: encodeCursor(item.id), node: toNode(item) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: to < ordered.length, hasPreviousPage: from > 0,
      startCursor: edges[0]?.cursor ?? null, endCursor: edges[edges.length - 1]?.cursor ?? null,
    },
  };
}

function encodeCursor(id: string): string {
  return Buffer.from(JSON.stringify({ last_id: id })).toString('base64');
}

function positionOf(items: readonly { readonly id: string }[], cursor: string): number {
  let id: unknown;
  try {
    id = (JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as { last_id?: unknown }).last_id;
  } catch {
    id = undefined;
  }
  const at = items.findIndex((item) => item.id === id);
  if (at === -1) throw new PageError('Invalid cursor for current pagination sort.');
  return at;
}
