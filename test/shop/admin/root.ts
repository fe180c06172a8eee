import { isAvailable } from '../state.ts';
import type { Product, Order } from '../generator/types.ts';
import type { InstalledApp, ShopState, Subscription } from '../state.ts';
import type { BulkOperations } from './bulk.ts';
import type { Connection, PageArguments } from './connection.ts';
import { connection } from './connection.ts';
import type { GraphContext } from './graph.ts';
import { customerNode, gid, idOf, iso, orderNode, productNode, shopNode, variantNode } from './graph.ts';
import { deniedTopic } from './scopes.ts';
import { compileSearch } from './search.ts';
import { storefrontResolvers } from './storefront-settings.ts';

type ListArguments = PageArguments & { readonly query?: string | null; readonly sortKey?: string | null };

const PRODUCT_TEXTS: Readonly<Record<string, (product: Product) => string>> = {
  status: (product) => product.status, product_type: (product) => product.type, vendor: (product) => product.vendor, handle: (product) => product.handle,
  title: (product) => product.title, published_status: (product) => (product.publishedAt === null ? 'unpublished' : 'published'),
  out_of_stock_somewhere: (product) => String(!isAvailable(product)),
};
const ORDER_TEXTS: Readonly<Record<string, (order: Order) => string>> = {
  name: (order) => order.name, test: (order) => String(order.test), status: (order) => (order.cancelledAt === null ? 'open' : 'cancelled'),
  financial_status: (order) => (order.cancelledAt === null ? 'paid' : 'voided'),
};

/** Resolvers of `QueryRoot` and `Mutation` for one app's request. */
export function createRoot(state: ShopState, app: InstalledApp, bulk: BulkOperations) {
  /** Filtered, sorted, and inside a bulk operation cut to its window. */
  const list = <Item extends Product | Order, Node>(items: readonly Item[], args: ListArguments, texts: Readonly<Record<string, (item: Item) => string>>, toNode: (item: Item) => Node, context: GraphContext): Connection<Node> => {
    const found = search(items, args.query, texts);
    if (args.sortKey === 'UPDATED_AT') found.sort((a, b) => a.updatedAt - b.updatedAt);
    if (!context.bulk) return connection(found, args, toNode);
    return connection(found.slice(context.bulk.from, context.bulk.to), args, toNode, true);
  };
  const search = <Item extends Product | Order>(items: readonly Item[], query: string | null | undefined, texts: Readonly<Record<string, (item: Item) => string>>): Item[] => {
    if (!query) return [...items];
    const test = compileSearch<Item>(query, texts);
    return items.filter(test);
  };
  const product = ({ id }: { id: string }) => {
    const found = state.productById.get(idOf(id, 'Product') ?? '');
    return found ? productNode(state, found) : null;
  };
  const order = ({ id }: { id: string }) => {
    const found = state.orderById.get(idOf(id, 'Order') ?? '');
    return found ? orderNode(state, found) : null;
  };
  const productVariant = ({ id }: { id: string }) => {
    const found = state.variantById.get(idOf(id, 'ProductVariant') ?? '');
    return found ? variantNode(state, found.product, found.variant) : null;
  };
  const inventoryItem = ({ id }: { id: string }) => {
    const wanted = idOf(id, 'InventoryItem');
    for (const { product: owner, variant } of state.variantById.values()) if (variant.inventoryItemId === wanted) return variantNode(state, owner, variant).inventoryItem();
    return null;
  };
  const webhookSubscription = ({ id }: { id: string }) => {
    const found = state.subscriptions.find((subscription) => subscription.id === idOf(id, 'WebhookSubscription'));
    return found ? subscriptionNode(found) : null;
  };
  const node = ({ id }: { id: string }) => {
    if (id.startsWith('gid://shopify/Product/')) return product({ id });
    if (id.startsWith('gid://shopify/Order/')) return order({ id });
    if (id.startsWith('gid://shopify/ProductVariant/')) return productVariant({ id });
    if (id.startsWith('gid://shopify/InventoryItem/')) return inventoryItem({ id });
    if (id.startsWith('gid://shopify/BulkOperation/')) return bulk.find(id);
    if (id.startsWith('gid://shopify/WebhookSubscription/')) return webhookSubscription({ id });
    const customer = state.customerById.get(idOf(id, 'Customer') ?? '');
    return customer ? customerNode(state, customer) : null;
  };
  const installation = {
    __typename: 'AppInstallation', id: gid('AppInstallation', '70000000001'), launchUrl: app.appUrl,
    accessScopes: app.scopes.map((handle) => ({ handle, description: handle.replace('_', ' ') })),
    app: { id: gid('App', '60000000001'), apiKey: app.clientId, handle: 'app', title: 'App' },
  };
  const count = (n: number) => ({ count: n, precision: 'EXACT' });

  return {
    shop: () => shopNode(state),
    product, order, productVariant, inventoryItem, node, webhookSubscription,
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => node({ id })),
    products: (args: ListArguments, context: GraphContext) => list(state.data.products, args, PRODUCT_TEXTS, (item) => productNode(state, item), context),
    orders: (args: ListArguments, context: GraphContext) => list(state.data.orders, args, ORDER_TEXTS, (item) => orderNode(state, item), context),
    productVariants: (args: ListArguments, context: GraphContext) => {
      const variants = [...state.variantById.values()].map(({ product: owner, variant }) => ({ id: variant.id, owner, variant }));
      const window = context.bulk ? variants.slice(context.bulk.from, context.bulk.to) : variants;
      return connection(window, args, (item) => variantNode(state, item.owner, item.variant), context.bulk !== undefined);
    },
    customers: (args: ListArguments, context: GraphContext) => {
      const window = context.bulk ? state.data.customers.slice(context.bulk.from, context.bulk.to) : state.data.customers;
      return connection(window, args, (item) => customerNode(state, item), context.bulk !== undefined);
    },
    productsCount: ({ query }: ListArguments) => count(search(state.data.products, query, PRODUCT_TEXTS).length),
    ordersCount: ({ query }: ListArguments) => count(search(state.data.orders, query, ORDER_TEXTS).length),
    currentAppInstallation: () => installation,
    appInstallation: () => installation,
    ...storefrontResolvers(state, app.scopes),

    bulkOperation: ({ id }: { id: string }) => bulk.find(id),
    currentBulkOperation: ({ type }: { type?: string }) => (type === 'MUTATION' ? null : bulk.current()),
    bulkOperations: (args: PageArguments) => connection(bulk.all(), args, (operation) => operation),
    bulkOperationRunQuery: ({ query, groupObjects }: { query: string; groupObjects: boolean }) => bulk.run(query, groupObjects),
    bulkOperationCancel: ({ id }: { id: string }) => bulk.cancel(id),

    webhookSubscriptions: (args: PageArguments & { topics?: string[] | null; uri?: string | null }) => {
      const found = state.subscriptions.filter((subscription) => (!args.topics || args.topics.includes(subscription.topic)) && (!args.uri || args.uri === subscription.uri));
      return connection(found, args, subscriptionNode);
    },
    webhookSubscriptionCreate: ({ topic, webhookSubscription: input }: { topic: string; webhookSubscription: SubscriptionInput }) => {
      const denied = deniedTopic(topic, app.scopes);
      if (denied) return { webhookSubscription: null, userErrors: [{ field: ['topic'], message: `You cannot create a webhook subscription with the topic ${topic}: it needs the ${denied} access scope` }] };
      const problem = uriProblem(input.uri ?? input.callbackUrl);
      if (problem) return { webhookSubscription: null, userErrors: [{ field: ['webhookSubscription', 'callbackUrl'], message: problem }] };
      const uri = (input.uri ?? input.callbackUrl)!;
      if (state.subscriptions.some((subscription) => subscription.topic === topic && subscription.uri === uri)) {
        return { webhookSubscription: null, userErrors: [{ field: ['webhookSubscription', 'callbackUrl'], message: 'Address for this topic has already been taken' }] };
      }
      const now = state.clock();
      const subscription: Subscription = {
        id: String(1_500_000_000_000 + state.random.below(1_000_000_000)), topic, uri, format: input.format ?? 'JSON',
        includeFields: input.includeFields ?? [], filter: input.filter ?? null, createdAt: now, updatedAt: now,
      };
      state.subscriptions.push(subscription);
      return { webhookSubscription: subscriptionNode(subscription), userErrors: [] };
    },
    webhookSubscriptionUpdate: ({ id, webhookSubscription: input }: { id: string; webhookSubscription: SubscriptionInput }) => {
      const found = state.subscriptions.find((subscription) => subscription.id === idOf(id, 'WebhookSubscription'));
      if (!found) return { webhookSubscription: null, userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }] };
      const uri = input.uri ?? input.callbackUrl ?? found.uri;
      const problem = uriProblem(uri);
      if (problem) return { webhookSubscription: null, userErrors: [{ field: ['webhookSubscription', 'callbackUrl'], message: problem }] };
      Object.assign(found, { uri, includeFields: input.includeFields ?? found.includeFields, filter: input.filter ?? found.filter, updatedAt: state.clock() });
      return { webhookSubscription: subscriptionNode(found), userErrors: [] };
    },
    webhookSubscriptionDelete: ({ id }: { id: string }) => {
      const at = state.subscriptions.findIndex((subscription) => subscription.id === idOf(id, 'WebhookSubscription'));
      if (at === -1) return { deletedWebhookSubscriptionId: null, userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }] };
      state.subscriptions.splice(at, 1);
      return { deletedWebhookSubscriptionId: id, userErrors: [] };
    },
  };
}

interface SubscriptionInput { readonly uri?: string | null; readonly callbackUrl?: string | null; readonly format?: string | null; readonly includeFields?: string[] | null; readonly filter?: string | null }

/** The platform demands https; this shop also accepts http on the machine it runs on. */
function uriProblem(uri: string | null | undefined): string | null {
  if (!uri) return "Address can't be blank";
  if (!URL.canParse(uri)) return 'Address is invalid';
  const { protocol, hostname } = new URL(uri);
  const local = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return protocol === 'https:' || (protocol === 'http:' && local) ? null : 'Address protocol http:// is not supported';
}

function subscriptionNode(subscription: Subscription) {
  return {
    __typename: 'WebhookSubscription', id: gid('WebhookSubscription', subscription.id), legacyResourceId: subscription.id, topic: subscription.topic,
    uri: subscription.uri, callbackUrl: subscription.uri, endpoint: { __typename: 'WebhookHttpEndpoint', callbackUrl: subscription.uri },
    format: subscription.format, includeFields: subscription.includeFields, filter: subscription.filter, metafieldNamespaces: [], metafields: [], name: null,
    apiVersion: { handle: '2026-10', displayName: '2026-10', supported: true },
    createdAt: iso(subscription.createdAt), updatedAt: iso(subscription.updatedAt),
  };
}
