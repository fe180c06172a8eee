/** Seen is: at least half of it, or half the window's height of it, for this long in a window in front. */
const SEEN_MS = 1_000;

/** Calls back once, when the element has been seen. Returns the function that stops watching. */
export function watchSeen(element: Element, onSeen: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    observer.disconnect();
    clearTimeout(timer);
  };
  const check = (isSeen: boolean) => {
    clearTimeout(timer);
    if (!isSeen) return;
    timer = setTimeout(() => {
      if (document.visibilityState !== 'visible') return check(true);
      stop();
      onSeen();
    }, SEEN_MS);
  };
  const observer = new IntersectionObserver((entries) => {
    const { isIntersecting, intersectionRatio, intersectionRect, rootBounds } = entries[entries.length - 1];
    check(isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? Infinity) / 2));
  }, { threshold: [0, 0.25, 0.5, 0.75] });
  observer.observe(element);
  return stop;
}
