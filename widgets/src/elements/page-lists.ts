// The page's widgets, so that no two of them show the same product.

interface PageList {
  ids: readonly string[];
  /** Resolves when the list stands; undefined when it does. */
  done?: Promise<void>;
  end?: () => void;
}

const lists = new Map<Element, PageList>();
/** A list that takes longer is not waited for: as long as the client waits for its engine. */
const PATIENCE_MS = 10_000;

/** This widget ranks; those behind it in the document wait. */
export function beginList(element: Element): void {
  const list: PageList = lists.get(element) ?? { ids: [] };
  if (!list.done) list.done = new Promise((resolve) => { list.end = resolve; });
  lists.set(element, list);
}

/** This widget shows these. */
export function endList(element: Element, ids: readonly string[]): void {
  forgetList(element);
  lists.set(element, { ids });
}

export function forgetList(element: Element): void {
  lists.get(element)?.end?.();
  lists.delete(element);
}

/** What the page's other widgets show, once those that stand before this one and are ranking have their lists. */
export async function idsElsewhere(element: Element): Promise<string[]> {
  const before = [...lists].filter(([other]) => element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING);
  await Promise.race([Promise.all(before.map(([, { done }]) => done)), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  return [...lists].flatMap(([other, { ids }]) => (other === element ? [] : ids));
}
