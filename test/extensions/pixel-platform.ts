import type { ExtensionApi } from '@shopify/web-pixels-extension';

/** What the sandbox was asked to do, and the platform's end of it. */
export interface PixelPlatform {
  readonly api: ExtensionApi;
  /** The page's storage, which the sandbox reaches asynchronously. */
  readonly storage: Map<string, string>;
  /** Publishes a standard event to whoever subscribed; resolves when they have taken it. */
  publish(name: string, data: object, fields?: { id?: string; timestamp?: string; path?: string }): Promise<void>;
  /** The shopper decides in the platform's banner. */
  decide(analyticsAllowed: boolean): void;
  /** Names that were subscribed. */
  readonly subscribed: string[];
}

/** Stands in for the platform's side of the sandbox: the object that `register` hands over. Everything else is real. */
export function pixelPlatform(options: { settings?: Record<string, string>; allowed?: boolean; sendBeacon?: (url: string, body?: string) => Promise<boolean> } = {}): PixelPlatform {
  const storage = new Map<string, string>();
  const subscribers = new Map<string, ((event: never) => unknown)[]>();
  const subscribe = (name: string, callback: (event: never) => unknown) => {
    subscribers.set(name, [...(subscribers.get(name) ?? []), callback]);
    return () => true;
  };
  const tell = (name: string, event: unknown) => Promise.all((subscribers.get(name) ?? []).map((callback) => callback(event as never)));
  const privacy = (allowed: boolean) => ({ analyticsProcessingAllowed: allowed, marketingAllowed: false, preferencesProcessingAllowed: allowed, saleOfDataAllowed: false });
  let sequence = 0;
  const api = {
    settings: options.settings ?? {}, _pixelInfo: {},
    analytics: { subscribe }, customerPrivacy: { subscribe },
    init: { context: {}, data: {}, customerPrivacy: privacy(options.allowed ?? true) },
    browser: {
      localStorage: {
        getItem: async (key: string) => storage.get(key) ?? null,
        setItem: async (key: string, value: unknown) => void storage.set(key, String(value)),
        removeItem: async (key: string) => void storage.delete(key),
      },
      sendBeacon: options.sendBeacon ?? (async () => false),
    },
  } as unknown as ExtensionApi;
  return {
    api, storage,
    get subscribed() { return [...subscribers.keys()]; },
    async publish(name, data, { id = `sh-${++sequence}`, timestamp = new Date().toISOString(), path = '/' } = {}) {
      await tell(name, { id, name, timestamp, clientId: 'client', seq: ++sequence, type: 'standard', data, context: { document: { location: { pathname: path, href: `https://shop.example${path}` } } } });
    },
    decide: (allowed) => void tell('visitorConsentCollected', { customerPrivacy: privacy(allowed) }),
  } as PixelPlatform;
}

/** A product variant as the platform describes it. */
export const variant = (productId: string) => ({ id: `${productId}1`, title: 'Default Title', price: { amount: 9.5, currencyCode: 'EUR' }, product: { id: productId, title: 'A', vendor: 'B', type: '', url: `/products/${productId}` } });
/** A checkout with everything in it that must not be reported. */
export const checkout = (lines: readonly [productId: string, quantity: number][], order: string | null = null) => ({
  token: 'checkout-token', email: 'jane.roe@example.com', phone: '+491700000000', order: order === null ? null : { id: order, customer: { id: 'customer-77' } },
  billingAddress: { firstName: 'Jane', lastName: 'Roe', address1: '1 Mill Lane', zip: '10115' }, shippingAddress: { firstName: 'Jane', lastName: 'Roe', address1: '1 Mill Lane' },
  lineItems: lines.map(([productId, quantity]) => ({ id: null, quantity, title: 'A', variant: variant(productId) })),
});
