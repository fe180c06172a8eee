import { VitrineError } from '@vitrine/sdk/core';
import type { AdminClient, Sleep } from './admin-graphql.ts';
import { shopFetch, type ShopifyDeps } from './api.ts';
import { BULK_START, BULK_STATUS } from './documents.ts';
import { readJsonLines, type JsonLine } from './json-lines.ts';

export interface BulkOptions {
  readonly sleep: Sleep;
  readonly signal?: AbortSignal;
  /** Objects the shop has written so far, between the start and the end of the operation. */
  readonly onProgress?: (objects: number) => void;
  /** An operation started earlier (a job tried again): it is waited for instead of starting another. */
  readonly operationId?: string;
  /** Called once the operation has an id, so that a later attempt can take it up. */
  readonly onStart?: (operationId: string) => Promise<void>;
}

export interface BulkResult {
  readonly operationId: string;
  /** The objects, children before, after or far from their parents. */
  readonly lines: AsyncIterable<JsonLine>;
  /** Set when the shop stopped early: what went wrong. `lines` is then what it had written. */
  readonly partial?: string;
}

interface Operation {
  readonly id: string;
  readonly status: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'CANCELING' | 'CANCELED' | 'FAILED' | 'EXPIRED';
  readonly errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT' | null;
  readonly objectCount: string;
  /** Bytes, once there is a file. */
  readonly fileSize: string | null;
  readonly url: string | null;
  readonly partialDataUrl: string | null;
}

const REASONS: Readonly<Record<string, string>> = {
  ACCESS_DENIED: 'the app lacks a permission for it; install it again to accept its permissions',
  INTERNAL_SERVER_ERROR: 'Shopify had an internal error; it is tried again',
  TIMEOUT: 'Shopify ran out of time; it is tried again',
};

/** Bytes that a result may be larger than the shop said, and that one may have of which it says nothing. */
const SLACK = 1024 * 1024;
const LARGEST = 16 * 2 ** 30;

/** Longest wait between two looks at a running operation, in milliseconds. */
const LONGEST_WAIT = 10_000;

/**
 * Runs a query over everything a shop has and streams the result.
 *
 * @throws VitrineError `conflict` when the shop is busy with another operation for long, `forbidden`, `upstream`
 */
export async function runBulkQuery(deps: ShopifyDeps, client: AdminClient, query: string, options: BulkOptions): Promise<BulkResult> {
  let operationId = options.operationId;
  if (!operationId) {
    operationId = await start(client, query, options);
    await options.onStart?.(operationId);
  }
  const operation = await finish(client, operationId, options);
  const reason = operation.status === 'COMPLETED' ? undefined
    : `the bulk operation ended as ${operation.status}: ${REASONS[operation.errorCode ?? ''] ?? operation.errorCode ?? 'no reason given'}`;
  const url = reason ? operation.partialDataUrl : operation.url;
  if (reason && !url) throw new VitrineError(operation.errorCode === 'ACCESS_DENIED' ? 'forbidden' : 'upstream', `${client.shop}: ${reason}.`);
  // A file cut off between two lines is well formed: only the count tells.
  const expected = reason ? 0 : Number(operation.objectCount);
  return { operationId, lines: url ? download(deps, client.shop, { url, expected, bytes: Number(operation.fileSize ?? NaN) }, options.signal) : nothing(), partial: reason };
}

async function start(client: AdminClient, query: string, { sleep, signal }: BulkOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { bulkOperationRunQuery: answer } = await client.request<{ bulkOperationRunQuery: {
      bulkOperation: { id: string } | null; userErrors: { code: string | null; message: string }[];
    } }>(BULK_START, { query });
    if (answer.bulkOperation) return answer.bulkOperation.id;
    const [problem] = answer.userErrors;
    const busy = problem?.code === 'OPERATION_IN_PROGRESS' || problem?.code === 'LIMIT_REACHED';
    if (!busy) throw new VitrineError('upstream', `${client.shop} refused the bulk operation: ${problem?.message ?? 'no reason given'}`);
    if (attempt === 10) throw new VitrineError('conflict', `${client.shop} is still busy with another bulk operation. The import is tried again later.`);
    await sleep(Math.min(LONGEST_WAIT, 500 * 2 ** attempt), signal);
  }
}

async function finish(client: AdminClient, id: string, { sleep, signal, onProgress }: BulkOptions): Promise<Operation> {
  for (let wait = 200; ; wait = Math.min(LONGEST_WAIT, wait * 1.5)) {
    signal?.throwIfAborted();
    const { bulkOperation } = await client.request<{ bulkOperation: Operation | null }>(BULK_STATUS, { id });
    if (!bulkOperation) throw new VitrineError('upstream', `${client.shop} no longer knows the bulk operation it started. The import starts again.`);
    onProgress?.(Number(bulkOperation.objectCount));
    if (!['CREATED', 'RUNNING', 'CANCELING'].includes(bulkOperation.status)) return bulkOperation;
    await sleep(wait, signal);
  }
}

interface ResultFile {
  readonly url: string;
  /** Lines that must come. */
  readonly expected: number;
  /** What the shop says of its size; NaN when it does not. */
  readonly bytes: number;
}

async function* download(deps: ShopifyDeps, shop: string, { url, expected, bytes }: ResultFile, signal?: AbortSignal): AsyncGenerator<JsonLine> {
  checkDownloadUrl(url, deps.config.shopify?.shopOrigin);
  const failed = (why: string, cause?: unknown) => new VitrineError('upstream', `${shop}: the bulk result ${why}. The import is tried again.`, { cause });
  let lines = 0;
  try {
    // A redirect could lead anywhere, so none is followed.
    const response = await shopFetch(deps)(url, { redirect: 'error', signal });
    if (!response.ok || !response.body) throw failed(`could not be fetched (HTTP ${response.status})`);
    // Counted as they are unpacked: a few packed bytes may stand for any number.
    const chunks = bounded(response.body as unknown as AsyncIterable<Uint8Array>, Number.isFinite(bytes) ? bytes + SLACK : LARGEST, () => failed('is larger than the shop said'));
    for await (const line of readJsonLines(chunks, `${shop}: the bulk result`)) {
      lines++;
      yield line;
    }
  } catch (cause) {
    if (cause instanceof VitrineError || signal?.aborted) throw cause;
    throw failed(`could not be fetched to its end (after ${lines} lines)`, cause);
  }
  if (lines < expected) throw failed(`was cut off: ${lines} lines came of ${expected}`);
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, most: number, tooLarge: () => Error): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) throw tooLarge();
    yield chunk;
  }
}

async function* nothing(): AsyncGenerator<never> {}

/**
 * Lets pass only the places where Shopify stores results (and the simulated shop): the address comes from outside, and
 * this server must not be sent to fetch from its own network.
 */
export function checkDownloadUrl(text: string, shopOrigin?: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const allowed = url && (url.origin === shopOrigin || (url.protocol === 'https:' && url.port === '' && url.username === ''
    && (url.hostname === 'storage.googleapis.com' || /\.(shopify|shopifycloud|myshopify)\.com$/.test(url.hostname))));
  if (!allowed) throw new VitrineError('upstream', `The bulk result lies at ${url?.host ?? 'an address that is none'}, which is not Shopify's. Nothing was fetched.`);
}
