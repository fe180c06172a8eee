/** The part of the page that Shopify's customer privacy API lives on. */
export interface ConsentPage {
  readonly Shopify?: {
    readonly customerPrivacy?: { analyticsProcessingAllowed?(): boolean };
    loadFeatures?(features: readonly { name: string; version: string }[], done: (error?: unknown) => void): void;
  };
  readonly document?: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
}

export interface Consent {
  readonly allowed: boolean;
  set(allowed: boolean): void;
  dispose(): void;
}

const COLLECTED = 'visitorConsentCollected';

/**
 * The shopper's decision on analytics: the page's own word if it gives one, else Shopify's customer privacy API, else no.
 * A decision the shopper makes in Shopify's banner counts from that moment, over the page's earlier word.
 *
 * @example
 * const consent = watchConsent({ page: globalThis, onChange: (allowed) => visit.allowStorage(allowed) });
 */
export function watchConsent(options: { initial?: boolean; page: ConsentPage; onChange: (allowed: boolean) => void }): Consent {
  const { initial, page, onChange } = options;

  const askShopify = (): boolean | undefined => {
    try {
      return page.Shopify?.customerPrivacy?.analyticsProcessingAllowed?.();
    } catch {
      return undefined; // an API that fails has allowed nothing
    }
  };

  let allowed = initial ?? askShopify() === true;
  const set = (next: boolean) => {
    if (next && allowed) return; // a no is always passed on: something may still be stored
    allowed = next;
    onChange(next);
  };

  const onCollected = (event: Event) => {
    const detail = (event as CustomEvent<{ analyticsAllowed?: boolean } | undefined>).detail;
    set((detail?.analyticsAllowed ?? askShopify()) === true);
  };
  page.document?.addEventListener(COLLECTED, onCollected);

  // The API is a feature that Shopify loads on request.
  let disposed = false;
  if (initial === undefined && page.Shopify && !page.Shopify.customerPrivacy) {
    try {
      page.Shopify.loadFeatures?.([{ name: 'consent-tracking-api', version: '0.1' }], (error) => {
        if (!error && !disposed) set(askShopify() === true);
      });
    } catch {
      // Without the API the answer stays no.
    }
  }

  return {
    get allowed() {
      return allowed;
    },
    set,
    dispose() {
      disposed = true;
      page.document?.removeEventListener(COLLECTED, onCollected);
    },
  };
}
