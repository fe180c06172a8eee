import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind, valueFromASTUntyped } from 'graphql';

/** Points an app may spend at once, and points given back each second: a small shop's plan. */
export const BUCKET = { maximumAvailable: 2_000, restoreRate: 100, queryLimit: 1_000 } as const;

/**
 * Requested cost of a document: one point for each object, two for a list, and a list's content times the square root of its
 * length. The platform's own formula is not published; what an app can rely on is that the answer carries
 * `extensions.cost` and that the bucket runs dry.
 */
export function requestedCost(document: DocumentNode, variables: Readonly<Record<string, unknown>>): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const cost = (selection: SelectionSetNode | undefined, depth: number): number => {
    let sum = 0;
    if (!selection || depth > 30) return sum;
    for (const inner of selection.selections) {
      if (inner.kind === Kind.FRAGMENT_SPREAD) sum += cost(fragments.get(inner.name.value)?.selectionSet, depth + 1);
      else if (inner.kind === Kind.INLINE_FRAGMENT) sum += cost(inner.selectionSet, depth + 1);
      else if (inner.selectionSet) {
        const page = inner.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last');
        const length = page ? Number(valueFromASTUntyped(page.value, variables as Record<string, never>)) : NaN;
        const content = cost(inner.selectionSet, depth + 1);
        sum += length > 0 ? 2 + Math.ceil(content * Math.sqrt(length)) : 1 + content;
      }
    }
    return sum;
  };
  let sum = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) sum += (definition.operation === 'mutation' ? 10 : 0) + cost(definition.selectionSet, 0);
  }
  return Math.max(1, sum);
}

export interface Bucket {
  /** Takes the points if they are there. */
  spend(points: number): boolean;
  status(): { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
}

/** The leaky bucket of one app in one shop. */
export function createBucket(clock: () => number): Bucket {
  let available: number = BUCKET.maximumAvailable, last = clock();
  const refill = (): void => {
    const now = clock();
    available = Math.min(BUCKET.maximumAvailable, available + (Math.max(0, now - last) / 1000) * BUCKET.restoreRate);
    last = now;
  };
  return {
    spend(points) {
      refill();
      if (points > available) return false;
      available -= points;
      return true;
    },
    status() {
      refill();
      return { maximumAvailable: BUCKET.maximumAvailable, currentlyAvailable: Math.floor(available), restoreRate: BUCKET.restoreRate };
    },
  };
}
