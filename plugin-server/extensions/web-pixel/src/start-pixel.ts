import type { ExtensionApi, PixelEvents } from '@shopify/web-pixels-extension';
import { mapEvent, STANDARD_EVENTS, type PixelReport } from './map-event.ts';
import { createPixelQueue } from './pixel-queue.ts';
import { createVisitReader } from './visit-ids.ts';

/** The same page or product again within this time is one look at it. */
const ONE_LOOK_MS = 1_000;
/** After these the page often goes away. */
const URGENT = /cart$|^checkout/;

/**
 * Listens to the platform's standard events and reports them to the collector, as long as the shopper allows analytics.
 * Of this shop's own pages the pixel is the only reporter: the SDK then reports its lists alone (`report: 'lists'`).
 *
 * @param options for tests; the sandbox's own by default
 */
export function startPixel(
  { settings, analytics, browser, init, customerPrivacy }: ExtensionApi,
  options: { fetch?: typeof globalThis.fetch; now?: () => number; uuid?: () => string; random?: () => number } = {},
): void {
  const { fetch = (input, init) => globalThis.fetch(input, init), now = Date.now, uuid = () => crypto.randomUUID(), random = Math.random } = options;
  const { shop, key, server } = settings as Partial<Record<'shop' | 'key' | 'server', string>>;
  if (!shop || !key || !server) return; // the app has not been opened yet
  const visit = createVisitReader({ shop, browser, now, uuid });
  const queue = createPixelQueue({
    url: `${server}/v1/shops/${encodeURIComponent(shop)}/events`, key, fetch, random,
    sendBeacon: (url, body) => browser.sendBeacon(url, body), identify: () => visit.read(),
  });

  let allowed = init.customerPrivacy?.analyticsProcessingAllowed === true;
  customerPrivacy.subscribe('visitorConsentCollected', (event) => {
    allowed = event.customerPrivacy?.analyticsProcessingAllowed === true;
    if (allowed) return;
    queue.clear();
    void visit.forget();
  });

  const looks = new Map<string, number>();
  const isSameLook = (report: PixelReport, at: number): boolean => {
    if (!report.type.endsWith('_viewed')) return false;
    const what = JSON.stringify(report);
    const before = looks.get(what);
    looks.set(what, at);
    return before !== undefined && Math.abs(at - before) < ONE_LOOK_MS;
  };

  for (const name of STANDARD_EVENTS) {
    analytics.subscribe(name, async (event: PixelEvents[typeof name]) => {
      if (!allowed) return;
      try {
        const report = mapEvent(name, event);
        if (!report) return;
        const time = Date.parse(event.timestamp);
        const at = Number.isFinite(time) ? time : now();
        if (isSameLook(report, at)) return;
        const id = await reportId(shop, name, event.id);
        if (allowed) await queue.push({ ...report, id, at }, URGENT.test(name));
      } catch {
        // An event of a form we do not know is not ours to report.
      }
    });
  }
}

/** The same event of the platform always has the same id with us, so that one delivered twice is stored once. */
async function reportId(shop: string, name: string, id: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${shop}\n${name}\n${id}`)));
  digest[6] = (digest[6] & 0x0f) | 0x80; // version 8: made by a rule of our own
  digest[8] = (digest[8] & 0x3f) | 0x80; // RFC 9562's variant
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
