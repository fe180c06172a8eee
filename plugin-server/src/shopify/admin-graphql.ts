import { Session } from '@shopify/shopify-api';
import { VitrineError } from '@vitrine/sdk/core';
import { shopifyLibrary, withShopifyFetch, type ShopifyDeps } from './api.ts';

/** Asks one shop's Admin API. */
export interface AdminClient {
  readonly shop: string;
  /**
   * @throws VitrineError `unauthorized` (token refused), `forbidden` (scope missing), `rate_limited` (after several
   * waits), `upstream` (everything else)
   */
  request<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
}

export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

interface GraphqlProblem { readonly message?: string; readonly extensions?: { readonly code?: string } }
interface Cost { readonly requestedQueryCost?: number; readonly throttleStatus?: { readonly currentlyAvailable?: number; readonly restoreRate?: number } }

const ATTEMPTS = 6;

/**
 * A client for one shop. Throttling arrives as HTTP 200 with the code THROTTLED, which the library does not retry: this
 * waits as long as the reported cost says the bucket needs.
 */
export function createAdminClient(deps: ShopifyDeps, input: { shop: string; accessToken: string; sleep: Sleep }): AdminClient {
  const { shop } = input;
  const session = new Session({ id: `offline_${shop}`, shop, state: '', isOnline: false, accessToken: input.accessToken });
  const { client } = new (shopifyLibrary(deps).clients.Graphql)({ session });
  return {
    shop,
    async request<Data>(document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
      for (let attempt = 1; ; attempt++) {
        const { data, errors, extensions } = await withShopifyFetch(deps, () => client.request(document, { variables }));
        if (!errors) return data as Data;
        const status = errors.networkStatusCode ?? 0;
        const problems = (Array.isArray(errors.graphQLErrors) ? errors.graphQLErrors : []) as readonly (GraphqlProblem | null)[];
        const codes = problems.map((problem) => problem?.extensions?.code);
        const throttled = codes.includes('THROTTLED') || status === 429;
        if (throttled || status >= 500) {
          if (attempt < ATTEMPTS) {
            const after = Number(errors.response?.headers.get('retry-after')) * 1000;
            await input.sleep(throttled && status !== 429 ? bucketWait(extensions?.cost as Cost | undefined) : after || 500 * 2 ** attempt);
            continue;
          }
          if (throttled) throw new VitrineError('rate_limited', `${shop} limits requests now. The work is tried again later.`);
        }
        if (status === 401) throw new VitrineError('unauthorized', `${shop} no longer accepts this app's credentials. Open the app in the Shopify admin once.`);
        if (status === 403 || codes.includes('ACCESS_DENIED')) throw new VitrineError('forbidden', `${shop} has not granted this app what it needs (${problems[0]?.message ?? 'access denied'}). Install it again to accept its permissions.`);
        throw new VitrineError('upstream', `${shop} answered ${status || 'nothing'}: ${String(problems[0]?.message ?? errors.message ?? 'unknown error').split('\n')[0]}`);
      }
    },
  };
}

/** Milliseconds until the bucket holds what the query costs. */
export function bucketWait(cost: Cost | undefined): number {
  const { currentlyAvailable, restoreRate } = cost?.throttleStatus ?? {};
  const missing = (cost?.requestedQueryCost ?? NaN) - (currentlyAvailable ?? NaN);
  if (!restoreRate || !Number.isFinite(missing)) return 1_000;
  return Math.min(30_000, Math.max(100, Math.ceil((missing / restoreRate) * 1_000)));
}
