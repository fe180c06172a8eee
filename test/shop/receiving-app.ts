import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, LogSeverity, RequestedTokenType, shopifyApi } from '@shopify/shopify-api';
import type { Shopify } from '@shopify/shopify-api';

export const CREDENTIALS = { clientId: 'client-id', clientSecret: 'client-secret', scopes: ['read_products', 'read_orders', 'read_inventory', 'read_customers'] };
export const OFFLINE = { requestedTokenType: RequestedTokenType.OfflineAccessToken, expiring: true } as const;

export interface Received { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }

/** The smallest app: keeps what it is sent and answers with `status`. */
export async function startApp() {
  const received: Received[] = [];
  const state = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received, state, url: `http://localhost:${(server.address() as AddressInfo).port}`,
    hooks: () => received.filter((request) => request.url === '/webhooks'),
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

/** The official library, as an app would set it up. */
export const library = (): Shopify => shopifyApi({
  apiKey: CREDENTIALS.clientId, apiSecretKey: CREDENTIALS.clientSecret, apiVersion: ApiVersion.October26, isEmbeddedApp: true, hostName: 'localhost', scopes: [],
  logger: { level: LogSeverity.Error, log: () => undefined },
});
