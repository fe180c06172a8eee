/** How far outside the window something is near. */
const NEAR = '800px';

const waiting = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

/**
 * Calls back once, when the element comes near the window; those that do so together in the order of the document. Returns
 * the function that stops waiting.
 */
export function whenNear(element: Element, run: () => void): () => void {
  const stop = () => {
    waiting.delete(element);
    observer!.unobserve(element);
  };
  observer ??= new IntersectionObserver((entries) => {
    const near = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target);
    for (const one of near.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))) waiting.get(one)?.();
  }, { rootMargin: NEAR });
  waiting.set(element, () => {
    stop();
    run();
  });
  observer.observe(element);
  return stop;
}
