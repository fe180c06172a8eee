import { createVitrine, type BackendChoice, type Vitrine } from '@vitrine/sdk';

/** The Worker's file beside this one; the build fills it in. */
declare const WORKER_FILE: string;

declare global {
  interface Window {
    vitrine?: Vitrine;
  }
}

/**
 * The storefront's script tag, with the style sheet that keeps the widgets' place until it has run:
 *
 * ```html
 * <link rel="stylesheet" href="…/assets/vitrine.css">
 * <script type="module" id="vitrine" src="…/assets/vitrine.js" data-shop="…" data-key="pk_…" data-server="…"></script>
 * ```
 *
 * Starts the client, tracks the page, and brings in the widgets when one is near or the page is idle. Whatever fails,
 * the page goes on without it and the console gets one line.
 */
function start(): void {
  const script = document.querySelector<HTMLScriptElement>('script#vitrine');
  if (!script) throw new Error('<script id="vitrine" data-shop data-key data-server> is missing');
  const { shop = '', key = '', server = new URL(import.meta.url).origin, backend, consent } = script.dataset;

  const client = createVitrine({
    shop, key, server,
    backend: (['auto', 'webgl', 'js'] as const).find((choice): choice is BackendChoice => choice === backend),
    consent: consent === 'granted' ? true : consent === 'denied' ? false : undefined,
    trackPage: true,
    workerUrl: new URL(WORKER_FILE, import.meta.url),
  });
  client.on('error', warn);
  window.vitrine = client;
  document.dispatchEvent(new CustomEvent('vitrine:ready', { detail: client }));

  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    near.disconnect();
    import('./define-elements.ts').then(({ defineElements }) => defineElements(client)).catch(warn);
  };
  const near = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) begin();
  }, { rootMargin: '800px' });
  for (const element of document.querySelectorAll('vitrine-recommendations')) near.observe(element);

  const whenIdle = () => (typeof requestIdleCallback === 'function' ? requestIdleCallback(begin, { timeout: 2_000 }) : setTimeout(begin, 200));
  if (document.readyState === 'complete') whenIdle();
  else addEventListener('load', whenIdle, { once: true });
}

function warn(error: unknown): void {
  console.warn(`Vitrine: ${error instanceof Error ? error.message : 'could not start'}`);
}

try {
  start();
} catch (error) {
  warn(error);
}
