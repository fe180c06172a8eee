import { createVitrine, type BackendChoice, type Vitrine } from '@vitrine/sdk';

/** The Worker's file beside this one; the build fills it in. */
declare const WORKER_FILE: string;

declare global {
  interface Window {
    vitrine?: Vitrine;
  }
}

/** A page that loads for longer than this is not waited for. */
const LOAD_MS = 6_000;

/**
 * The storefront's script tag, with the style sheet that keeps the widgets' place until they have come:
 *
 * ```html
 * <link rel="stylesheet" href="…/assets/vitrine.css">
 * <script type="module" fetchpriority="low" id="vitrine" src="…/assets/vitrine.js" data-shop="…" data-key="pk_…" data-server="…"></script>
 * ```
 *
 * Reads the page's events at once. Everything else comes once the page has loaded and is idle, and only to pages that
 * have a widget. Whatever fails, the page goes on without it and the console gets one line.
 */
function start(): void {
  // A theme's blocks each name the script, lest one be without it; a module runs once all the same.
  const script = document.querySelector<HTMLScriptElement>('#vitrine,[data-vitrine]');
  if (!script) throw new Error('<script id="vitrine" data-shop data-key data-server> is missing');
  const { shop = '', key = '', server = new URL(import.meta.url).origin, backend, consent, report } = script.dataset;

  const client = createVitrine({
    shop, key,
    server: server[0] === '/' ? location.origin + server : server, // "/apps/vitrine": through the shop's own domain
    backend: backend as BackendChoice | undefined,
    consent: consent === 'granted' ? true : consent === 'denied' ? false : undefined,
    trackPage: true,
    report: report as 'all' | 'lists' | undefined,
    workerUrl: new URL(WORKER_FILE, import.meta.url),
  });
  client.on('error', warn);
  window.vitrine = client;
  document.dispatchEvent(new CustomEvent('vitrine:ready', { detail: client }));

  whenSettled(() => whenPresent('vitrine-recommendations', () => {
    import('./define-elements.ts').then(({ defineElements }) => defineElements(client)).catch(warn);
  }));
}

/** Runs in idle time after the page has loaded and been painted: nothing of ours competes with what the shopper came for. */
function whenSettled(run: () => void): void {
  let begun = false;
  const whenIdle = () => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 2_000 });
    else setTimeout(run, 200);
  };
  const begin = () => {
    if (begun) return;
    begun = true;
    // The first frame callback comes before a paint, the second after it.
    requestAnimationFrame(() => requestAnimationFrame(whenIdle));
  };
  if (document.readyState === 'complete') return begin();
  addEventListener('load', begin, { once: true });
  setTimeout(begin, LOAD_MS);
}

/** Runs once there is such an element: now, or when the page adds one. */
function whenPresent(tag: string, run: () => void): void {
  const found = document.getElementsByTagName(tag); // live: looking again costs nothing
  if (found.length > 0) return run();
  const added = new MutationObserver(() => {
    if (found.length === 0) return;
    added.disconnect();
    run();
  });
  added.observe(document, { childList: true, subtree: true });
}

function warn(error: unknown): void {
  console.warn(`Vitrine: ${error instanceof Error ? error.message : 'could not start'}`);
}

try {
  start();
} catch (error) {
  warn(error);
}
