import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentNode, FieldNode, GraphQLSchema, SelectionSetNode } from 'graphql';
import { execute, getNamedType, isObjectType, Kind, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import type { ShopState } from '../state.ts';
import { gid, iso } from './graph.ts';
import { deniedFields } from './scopes.ts';
import type { GraphContext } from './graph.ts';

type Status = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'CANCELING' | 'CANCELED' | 'FAILED' | 'EXPIRED';
type ErrorCode = 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT';

interface Operation {
  readonly id: string;
  readonly query: string;
  readonly createdAt: number;
  readonly token: string;
  readonly grouped: boolean;
  status: Status;
  errorCode: ErrorCode | null;
  /** What was written before it stopped can be had. */
  partial: boolean;
  completedAt: number | null;
  objectCount: number;
  rootObjectCount: number;
  chunks: Buffer[];
  fileSize: number;
}

/** Root objects resolved before the event loop gets its turn. */
const CHUNK = 250;
/** Bulk queries of one app that may run at the same time. */
const CONCURRENT = 5;

export interface BulkOperations {
  run(query: string, grouped: boolean): { bulkOperation: unknown; userErrors: unknown[] };
  cancel(id: string): { bulkOperation: unknown; userErrors: unknown[] };
  find(id: string): object | null;
  current(): unknown;
  all(): { readonly id: string }[];
  /** The result's bytes for `GET /bulk/:id.jsonl?token=…`, or null. */
  file(id: string, token: string): Buffer[] | null;
}

/**
 * Bulk operations: a validated query run in the background over whole lists, written as one JSON object a line. Children
 * carry `__parentId` and, unless `groupObjects` is asked for, are held back so that they need not follow their parent.
 *
 * @param root resolvers of the app's queries
 * @param finished is told when an operation ends
 */
export function createBulkOperations(state: ShopState, schema: () => GraphQLSchema, root: () => object, finished: (payload: object) => void, startDelayMs: number): BulkOperations {
  const operations: Operation[] = [];

  const present = (operation: Operation) => ({
    __typename: 'BulkOperation', id: gid('BulkOperation', operation.id), status: operation.status, type: 'QUERY', query: operation.query, errorCode: operation.errorCode,
    createdAt: iso(operation.createdAt), completedAt: operation.completedAt === null ? null : iso(operation.completedAt),
    objectCount: operation.objectCount, rootObjectCount: operation.rootObjectCount,
    fileSize: operation.status === 'COMPLETED' ? operation.fileSize : null,
    // An operation that found nothing has no file.
    url: operation.status === 'COMPLETED' && operation.objectCount > 0 ? addressOf(operation) : null,
    partialDataUrl: operation.partial && operation.objectCount > 0 ? addressOf(operation) : null,
  });
  const addressOf = ({ id, token }: Operation): string => `${state.origin}/bulk/${id}.jsonl?token=${token}`;
  const find = (id: string) => operations.find((operation) => gid('BulkOperation', operation.id) === id);
  const failure = (message: string, code: string | null = null) => ({ bulkOperation: null, userErrors: [{ field: ['query'], message, ...(code && { code }) }] });

  async function work(operation: Operation, document: DocumentNode): Promise<void> {
    await sleep(startDelayMs);
    if (operation.status !== 'CREATED') return settle(operation, 'CANCELED');
    operation.status = 'RUNNING';
    const held: string[] = [];
    let text: string[] = [];
    const flush = (): void => {
      if (text.length === 0) return;
      const bytes = Buffer.from(`${text.join('\n')}\n`);
      operation.chunks.push(bytes);
      operation.fileSize += bytes.length;
      text = [];
    };
    try {
      for (let from = 0; ; from += CHUNK) {
        const contextValue: GraphContext = { state, bulk: { from, to: from + CHUNK } };
        const result = await execute({ schema: schema(), document, rootValue: root(), contextValue });
        if (result.errors) throw result.errors[0];
        const [connection] = Object.values(result.data as Record<string, unknown>);
        const roots = nodesOf(connection) ?? [];
        // A fault stops it within the first window, so that something is there and something is missing.
        const { bulkEnds, partialBulk } = state.faults;
        for (const node of bulkEnds === 'COMPLETED' ? roots : roots.slice(0, Math.ceil(roots.length / 2))) {
          operation.rootObjectCount++;
          writeNode(node, undefined, (line, isChild) => {
            operation.objectCount++;
            if (operation.grouped) return void text.push(line);
            // A third of the children wait for later parents, and some parents for later children.
            if (state.random.chance(isChild ? 0.35 : 0.1)) held.push(line); else text.push(line);
          });
        }
        while (held.length > 400) text.push(...held.splice(state.random.below(held.length), 1));
        flush();
        if (bulkEnds !== 'COMPLETED') {
          text.push(...held);
          flush();
          operation.partial = partialBulk;
          return settle(operation, bulkEnds, bulkEnds === 'FAILED' ? 'TIMEOUT' : null);
        }
        if ((operation.status as Status) === 'CANCELING') return settle(operation, 'CANCELED');
        if (roots.length < CHUNK) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      text.push(...held);
      flush();
      settle(operation, 'COMPLETED');
    } catch {
      settle(operation, 'FAILED', 'INTERNAL_SERVER_ERROR');
    }
  }

  function settle(operation: Operation, status: Status, errorCode: ErrorCode | null = null): void {
    operation.status = status;
    operation.errorCode = errorCode;
    operation.completedAt = state.clock();
    finished({
      admin_graphql_api_id: gid('BulkOperation', operation.id), completed_at: iso(operation.completedAt), created_at: iso(operation.createdAt),
      error_code: errorCode?.toLowerCase() ?? null, status: status.toLowerCase(), type: 'query',
    });
  }

  return {
    run(query, grouped) {
      let document: DocumentNode;
      try {
        document = parse(query);
      } catch (error) {
        return failure(`Invalid bulk query: ${(error as Error).message}`, 'INVALID');
      }
      const problem = validate(schema(), document)[0]?.message ?? bulkProblem(document, schema());
      if (problem) return failure(`Invalid bulk query: ${problem}`, 'INVALID');
      if (state.random.chance(state.faults.bulkBusy)) return failure('A bulk query operation for this app and shop is already in progress', 'OPERATION_IN_PROGRESS');
      if (state.random.chance(state.faults.bulkLimit) || operations.filter((operation) => operation.completedAt === null).length >= CONCURRENT) {
        return failure('A bulk query operation for this app and shop is already in progress', 'LIMIT_REACHED');
      }
      const operation: Operation = {
        id: String(4_900_000_000_000 + operations.length * 1_009 + state.random.below(1_000)), query, grouped, createdAt: state.clock(), token: randomBytes(16).toString('hex'),
        status: 'CREATED', errorCode: null, partial: false, completedAt: null, objectCount: 0, rootObjectCount: 0, chunks: [], fileSize: 0,
      };
      operations.push(operation);
      // As the platform does: it is accepted, and fails when it comes to a field that it may not read.
      if (deniedFields(schema(), document, state.app!.scopes).length > 0) void sleep(startDelayMs).then(() => settle(operation, 'FAILED', 'ACCESS_DENIED'));
      else void work(operation, document);
      return { bulkOperation: present(operation), userErrors: [] };
    },
    cancel(id) {
      const operation = find(id);
      if (!operation) return { bulkOperation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] };
      if (operation.completedAt !== null) return { bulkOperation: present(operation), userErrors: [{ field: null, message: `A bulk operation cannot be canceled when it is ${operation.status.toLowerCase()}` }] };
      operation.status = 'CANCELING';
      return { bulkOperation: present(operation), userErrors: [] };
    },
    find: (id) => {
      const operation = find(id);
      return operation ? present(operation) : null;
    },
    current: () => (operations.length === 0 ? null : present(operations[operations.length - 1])),
    all: () => operations.map(present),
    file(id, token) {
      const operation = operations.find((candidate) => candidate.id === id);
      if (!operation || operation.token !== token || (operation.status !== 'COMPLETED' && !operation.partial)) return null;
      if (!state.faults.truncateBulk) return operation.chunks;
      // Two thirds of the bytes, and never at the end of a line.
      const all = Buffer.concat(operation.chunks);
      let cut = Math.floor((all.length * 2) / 3);
      while (cut > 1 && (all[cut - 1] === 10 || all[cut] === 10)) cut--;
      return [all.subarray(0, cut)];
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

/** The nodes of a connection, whichever way they were selected. */
function nodesOf(value: unknown): readonly Json[] | null {
  if (value === null || typeof value !== 'object') return null;
  const { edges, nodes } = value as { edges?: readonly { readonly node: Json }[]; nodes?: readonly Json[] };
  if (Array.isArray(edges)) return edges.map((edge: { readonly node: Json }) => edge.node);
  return Array.isArray(nodes) ? nodes : null;
}

/** Writes a node as one line, then the nodes of the lists inside it as lines of their own. */
function writeNode(node: Json, parentId: unknown, write: (line: string, isChild: boolean) => void): void {
  const own: Record<string, unknown> = {};
  const children: (readonly Json[])[] = [];
  for (const [name, value] of Object.entries(node)) {
    const nodes = nodesOf(value);
    if (nodes) children.push(nodes); else own[name] = value;
  }
  if (parentId !== undefined) own.__parentId = parentId;
  write(JSON.stringify(own), parentId !== undefined);
  for (const list of children) for (const child of list) writeNode(child, node.id, write);
}

/** The platform's own rules for bulk queries; null when the document keeps them. */
function bulkProblem(document: DocumentNode, schema: GraphQLSchema): string | null {
  const [definition] = document.definitions;
  if (document.definitions.length !== 1 || definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== 'query') return 'a bulk query is exactly one query';
  if (definition.variableDefinitions && definition.variableDefinitions.length > 0) return 'variables are not supported';
  if (definition.selectionSet.selections.length !== 1) return 'only a single top level field is allowed';
  let connections = 0, deepest = 0, depth = 0, problem: string | null = null;
  const info = new TypeInfo(schema);
  visit(document, visitWithTypeInfo(info, {
    Field: {
      enter(field) {
        const type = getNamedType(info.getType());
        if (!type?.name.endsWith('Connection') || !isObjectType(type)) return;
        connections++;
        deepest = Math.max(deepest, ++depth);
        if (field.alias) problem ??= `the connection "${field.name.value}" cannot have an alias`;
        const node = nodeSelection(field);
        if (!node) problem ??= `the connection "${field.name.value}" must select edges.node or nodes`;
        else if (hasConnection(node) && !node.selections.some((s) => s.kind === Kind.FIELD && s.name.value === 'id' && !s.alias)) {
          problem ??= "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type.";
        }
      },
      leave() {
        const type = getNamedType(info.getType());
        if (type?.name.endsWith('Connection') && isObjectType(type)) depth--;
      },
    },
  }));
  if (connections === 0) return 'Bulk queries must contain at least one connection.';
  if (connections > 5) return 'Bulk queries cannot contain more than 5 connections.';
  if (deepest > 2) return 'Bulk queries cannot contain connections with a nesting depth greater than 2.';
  return problem;
}

function nodeSelection(field: FieldNode): SelectionSetNode | null {
  for (const selection of field.selectionSet?.selections ?? []) {
    if (selection.kind !== Kind.FIELD) continue;
    if (selection.name.value === 'nodes') return selection.selectionSet ?? null;
    if (selection.name.value === 'edges') {
      const node = selection.selectionSet?.selections.find((inner) => inner.kind === Kind.FIELD && inner.name.value === 'node');
      if (node && node.kind === Kind.FIELD) return node.selectionSet ?? null;
    }
  }
  return null;
}

/** Whether a list is selected directly inside: told by its shape, since the walk has not come there yet. */
function hasConnection(selection: SelectionSetNode): boolean {
  return selection.selections.some((inner) => inner.kind === Kind.FIELD && nodeSelection(inner) !== null);
}
