import type { Overview, OverviewRun } from '../../src/services/overview.ts';

/** A request that failed, with the one line that is shown. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** The plugin server, as the dashboard uses it. Every method throws `ApiError`. */
export interface Api {
  overview(): Promise<Overview>;
  run(id: string): Promise<Omit<OverviewRun, 'evaluations'>>;
  train(): Promise<{ readonly runId: string }>;
  rollback(): Promise<unknown>;
  /** What is stored about the customer whom a data request is about. */
  answerDataRequest(id: string): Promise<object>;
}

/**
 * @param token gives the token of each request: App Bridge's are short-lived, so it is asked every time
 */
export function createApi(token: () => Promise<string>, fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)): Api {
  const call = async <Answer>(method: 'GET' | 'POST', path: string): Promise<Answer> => {
    const authorization = `Bearer ${await token()}`;
    let response: Response;
    try {
      response = await fetch(path, { method, headers: { authorization, accept: 'application/json' }, credentials: 'omit' });
    } catch {
      throw new ApiError(0, 'The plugin server did not answer. Check that it is running and reachable.');
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new ApiError(response.status, messageOf(body) ?? fallbackMessage(response.status));
    if (body === undefined) throw new ApiError(response.status, 'The plugin server answered with something that is not JSON.');
    return body as Answer;
  };
  return {
    overview: () => call('GET', '/api/overview'),
    run: (id) => call('GET', `/api/runs/${encodeURIComponent(id)}`),
    train: () => call('POST', '/api/train'),
    rollback: () => call('POST', '/api/releases/rollback'),
    answerDataRequest: (id) => call('POST', `/api/data-requests/${encodeURIComponent(id)}/answer`),
  };
}

function messageOf(body: unknown): string | undefined {
  const message = (body as { error?: { message?: unknown } } | undefined)?.error?.message;
  return typeof message === 'string' && message !== '' ? message : undefined;
}

function fallbackMessage(status: number): string {
  return status === 401 ? 'Your session has ended. Open the app again from your shop’s admin.' : `The plugin server answered with status ${status}.`;
}

interface AppBridge {
  idToken(): Promise<string>;
}

/**
 * Where tokens come from: App Bridge inside Shopify's admin; otherwise the owner token in the address's fragment
 * (`#token=…`), which no server sees. It is taken out of the address bar and kept in memory only.
 */
export function createTokenSource(page: Window = window): () => Promise<string> {
  const fragment = new URLSearchParams(page.location.hash.slice(1)).get('token');
  if (fragment !== null) page.history.replaceState(page.history.state, '', page.location.pathname + page.location.search);
  return async () => {
    if (fragment !== null) return fragment;
    const bridge = (page as { shopify?: AppBridge }).shopify;
    if (bridge) return bridge.idToken();
    throw new ApiError(401, 'Nobody is signed in. Open the app from your shop’s admin, or with the address that the command line printed.');
  };
}
