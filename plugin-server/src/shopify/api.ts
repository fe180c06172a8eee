import { AsyncLocalStorage } from 'node:async_hooks';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, LogSeverity, shopifyApi, type Shopify } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { VitrineError } from '@vitrine/sdk/core';
import type { Config, ShopifyConfig } from '../config.ts';
import type { Log } from '../context.ts';

export const API_VERSION = ApiVersion.October26;

/** What every function of this folder needs. A `Context` is one. */
export interface ShopifyDeps {
  readonly config: Pick<Config, 'shopify' | 'appUrl'>;
  readonly fetch: typeof fetch;
  readonly log: Log;
}

/** The library keeps one fetch for the whole process; this lends each call its own. */
const lentFetch = new AsyncLocalStorage<typeof fetch>();
setAbstractFetchFunc(((input: string, init?: RequestInit) => (lentFetch.getStore() ?? fetch)(input, init)) as Parameters<typeof setAbstractFetchFunc>[0]);

const apis = new WeakMap<ShopifyConfig, Shopify>();

/**
 * Shopify's library, set up from the configuration.
 *
 * @throws VitrineError `bad_config` when the app has no key.
 */
export function shopifyLibrary({ config, log }: Omit<ShopifyDeps, 'fetch'>): Shopify {
  const { shopify } = config;
  if (!shopify) throw new VitrineError('bad_config', 'SHOPIFY_API_KEY and SHOPIFY_API_SECRET are not set: this server is not connected to Shopify.');
  let api = apis.get(shopify);
  if (!api) {
    const url = new URL(config.appUrl);
    api = shopifyApi({
      apiKey: shopify.apiKey, apiSecretKey: shopify.apiSecret, apiVersion: API_VERSION, isEmbeddedApp: true,
      hostName: url.host, hostScheme: url.protocol === 'http:' ? 'http' : 'https',
      // Its texts may quote a token: only that it complained is passed on.
      logger: { level: LogSeverity.Error, log: () => log.warn('shopify library reported an error') },
      _logDisabledFutureFlags: false,
    });
    apis.set(shopify, api);
  }
  return api;
}

/** Runs `work` with the library fetching through `deps.fetch`, and on to the simulated shop where one is configured. */
export function withShopifyFetch<T>(deps: ShopifyDeps, work: () => Promise<T>): Promise<T> {
  return lentFetch.run(shopFetch(deps), work);
}

/** `fetch`, except that the simulated shop answers for every shop's own domain. */
export function shopFetch({ config, fetch }: ShopifyDeps): typeof fetch {
  const origin = config.shopify?.shopOrigin;
  if (!origin) return fetch;
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!url.hostname.endsWith('.myshopify.com')) return fetch(input, init);
    const headers = new Headers(init?.headers);
    headers.set('X-Forwarded-Host', url.hostname);
    return fetch(new URL(`${url.pathname}${url.search}`, origin), { ...init, headers });
  };
}
