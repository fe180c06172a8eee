import type { DocumentNode } from 'graphql';
import { execute, GraphQLError, parse, validate } from 'graphql';
import { Hono } from 'hono';
import type { ShopState } from '../state.ts';
import type { BulkOperations } from './bulk.ts';
import { PageError } from './connection.ts';
import { BUCKET, createBucket, requestedCost } from './cost.ts';
import type { GraphContext } from './graph.ts';
import type { TokenDesk } from './oauth.ts';
import { createRoot } from './root.ts';
import { deniedFields } from './scopes.ts';
import type { ApiVersion } from './schema.ts';
import { adminSchema, API_VERSIONS } from './schema.ts';

/** Documents seen before, so that an app that polls is validated once. */
const CACHED = 200;

/** Routes of the Admin API: GraphQL, tokens, bulk files. */
export function adminApi(state: ShopState, tokens: TokenDesk, bulk: BulkOperations): Hono {
  const api = new Hono();
  const bucket = createBucket(state.clock);
  const accepted = new Map<string, { readonly document: DocumentNode; readonly errors: readonly GraphQLError[] }>();

  const check = (version: ApiVersion, query: string): { readonly document: DocumentNode; readonly errors: readonly GraphQLError[] } | { readonly errors: readonly GraphQLError[] } => {
    const key = `${version}\n${query}`;
    const known = accepted.get(key);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: 20_000 });
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : new GraphQLError('The query cannot be read.')] };
    }
    const checked = { document, errors: validate(adminSchema(version), document) };
    if (accepted.size >= CACHED) accepted.delete(accepted.keys().next().value!);
    accepted.set(key, checked);
    return checked;
  };

  api.post('/admin/oauth/access_token', async (c) => {
    const text = await c.req.text();
    let body: Record<string, unknown>;
    try {
      body = c.req.header('content-type')?.includes('json') ? (JSON.parse(text) as Record<string, unknown>) : Object.fromEntries(new URLSearchParams(text));
    } catch {
      return c.json({ error: 'invalid_request', error_description: 'The body cannot be read' }, 400);
    }
    const answer = tokens.exchange(body ?? {});
    if (answer.status === 200 && state.random.chance(state.faults.loseTokenAnswers)) {
      // What was issued counts; the app is not told. Without a socket to break (a test without a port) it sees a failure.
      (c.env as { incoming?: { socket?: { destroy(): void } } } | undefined)?.incoming?.socket?.destroy();
      return c.text('', 502);
    }
    return c.json(answer.body, answer.status);
  });

  api.post('/admin/api/:version/graphql.json', async (c) => {
    const version = API_VERSIONS.find((known) => known === c.req.param('version'));
    if (!version) return c.json({ errors: 'Not Found' }, 404);
    const { app, faults } = state;
    if (!app || tokens.check(c.req.header('x-shopify-access-token')) !== 'valid' || state.random.chance(faults.unauthorized)) {
      return c.json({ errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' }, 401);
    }
    if (state.random.chance(faults.serverError)) return c.html('<!doctype html><title>502</title><h1>Bad gateway</h1>', 502);
    c.header('X-Shopify-API-Version', version);
    let query: unknown, variables: Record<string, unknown>, operationName: string | null | undefined;
    try {
      const body = (await c.req.json()) as { query?: unknown; variables?: Record<string, unknown> | null; operationName?: string | null };
      ({ query, operationName } = body);
      variables = body.variables ?? {};
    } catch {
      return c.json({ errors: 'Required parameter missing or invalid' }, 400);
    }
    if (typeof query !== 'string' || query.trim() === '') return c.json({ errors: { query: 'Required parameter missing or invalid' } }, 400);

    const checked = check(version, query);
    if (checked.errors.length > 0 || !('document' in checked)) return c.json({ errors: checked.errors.map(presentInvalid) });

    const requested = requestedCost(checked.document, variables);
    const cost = (actual: number | null) => ({ cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() } });
    if (requested > BUCKET.queryLimit) {
      return c.json({ errors: [{ message: `Query cost is ${requested}, which exceeds the single query max cost limit (${BUCKET.queryLimit}).`, extensions: { code: 'MAX_COST_EXCEEDED', cost: requested, maxCost: BUCKET.queryLimit } }] });
    }
    if (state.random.chance(faults.throttle) || !bucket.spend(requested)) {
      return c.json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' } }], extensions: cost(null) });
    }
    const denied = deniedFields(adminSchema(version), checked.document, app.scopes);
    if (denied.length > 0) {
      return c.json({
        data: null, extensions: cost(requested), errors: denied.map(({ field, scope }) => ({
          message: `Access denied for ${field} field. Required access: \`${scope}\` access scope.`, path: [field],
          extensions: { code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes', requiredAccess: `\`${scope}\` access scope.` },
        })),
      });
    }
    const contextValue: GraphContext = { state };
    const result = await execute({ schema: adminSchema(version), document: checked.document, rootValue: createRoot(state, app, bulk), contextValue, variableValues: variables, operationName: operationName ?? undefined });
    const errors = result.errors?.map((error) => ({ message: error.message, locations: error.locations, path: error.path, ...(error.originalError instanceof PageError && { extensions: { code: 'BAD_REQUEST' } }) }));
    return c.json({ ...(result.data !== undefined && { data: result.data }), ...(errors && { errors }), extensions: cost(requested) });
  });

  api.get('/bulk/:file', (c) => {
    const id = c.req.param('file').replace(/\.jsonl$/, '');
    const chunks = bulk.file(id, c.req.query('token') ?? '');
    if (!chunks) return c.text('Not found', 404);
    let next = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (next < chunks.length) controller.enqueue(new Uint8Array(chunks[next++])); else controller.close();
      },
    });
    return c.body(body, 200, { 'Content-Type': 'application/jsonl', 'Content-Disposition': `attachment; filename="bulk-${id}.jsonl"` });
  });
  return api;
}

function presentInvalid(error: GraphQLError) {
  const undefinedField = /^Cannot query field "([^"]+)" on type "([^"]+)"/.exec(error.message);
  return {
    message: undefinedField ? `Field '${undefinedField[1]}' doesn't exist on type '${undefinedField[2]}'` : error.message,
    locations: error.locations,
    extensions: undefinedField ? { code: 'undefinedField', typeName: undefinedField[2], fieldName: undefinedField[1] } : { code: 'invalid' },
  };
}
