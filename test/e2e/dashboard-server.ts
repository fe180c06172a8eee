import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../../build.ts';
import { renderDashboardDocument } from '../../plugin-server/src/routes/dashboard-document.ts';
import type { Overview } from '../../plugin-server/src/services/overview.ts';

/** The strictest policy the document must work under; the plugin server's adds App Bridge and the admin's frame. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

export interface DashboardServer {
  readonly url: string;
  /** What the overview answers next; an error is answered as one. */
  answer: Overview | { readonly status: number; readonly message: string };
  /** Called for each request behind the token; may change `answer`. */
  onRequest: (method: string, path: string, authorization: string | undefined) => void;
  close(): Promise<void>;
}

/** Serves the built dashboard over answers a test chooses: the page alone, without database or queue. */
export async function serveDashboard(answer: Overview): Promise<DashboardServer> {
  const { dashboard } = await build();
  const server = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url!, 'http://localhost').pathname;
      const send = (status: number, type: string, body: string | Uint8Array): void => {
        response.writeHead(status, { 'content-type': type, 'content-security-policy': POLICY }).end(body);
      };
      const json = (body: unknown, status = 200): void => send(status, 'application/json', JSON.stringify(body));
      if (path === '/app') return send(200, 'text/html; charset=utf-8', renderDashboardDocument({ shop: 'fern-and-field.myshopify.com', apiKey: '', appBridgeUrl: '' }));
      if (path === '/assets/dashboard.js') return send(200, 'text/javascript', await readFile(join(dashboard, 'dashboard.js')));
      if (path === '/assets/dashboard.css') return send(200, 'text/css', await readFile(join(dashboard, 'dashboard.css')));
      if (!path.startsWith('/api/')) return send(404, 'text/plain', 'not here');
      state.onRequest(request.method!, path, request.headers.authorization);
      const { answer: current } = state;
      if (!('shop' in current)) return json({ error: { code: 'upstream', message: current.message, docsUrl: '' } }, current.status);
      if (path.startsWith('/api/runs/')) return json(current.run);
      if (path === '/api/train') return json({ runId: 'r1' });
      return json(current);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: DashboardServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/app#token=owner`, answer, onRequest: () => {},
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  return state;
}
