/**
 * Every document this app sends to the Admin API. A test validates each against the published schemas. None asks for a
 * name, an address, a mail or a telephone number.
 */

/** What the shop is, and what it has granted. */
export const SHOP = `#graphql
query VitrineShop {
  shop {
    name
    currencyCode
    ianaTimezone
    myshopifyDomain
    primaryDomain { url }
  }
  currentAppInstallation {
    accessScopes { handle }
  }
}`;

/** Everything shown or trained on, of every product. Run as a bulk operation. */
export const BULK_PRODUCTS = `#graphql
query VitrineProducts {
  products {
    edges {
      node {
        id
        title
        handle
        productType
        vendor
        tags
        status
        publishedAt
        onlineStoreUrl
        createdAt
        updatedAt
        featuredMedia { preview { image { url } } }
        variants {
          edges {
            node {
              id
              price
              inventoryQuantity
              inventoryPolicy
              availableForSale
              inventoryItem { id tracked }
            }
          }
        }
      }
    }
  }
}`;

/** Orders with their lines. The customer is an id, hashed before it is stored. Run as a bulk operation. */
export const BULK_ORDERS = `#graphql
query VitrineOrders {
  orders {
    edges {
      node {
        id
        createdAt
        updatedAt
        cancelledAt
        test
        currencyCode
        currentTotalPriceSet { shopMoney { amount currencyCode } }
        customer { id }
        lineItems {
          edges {
            node {
              id
              quantity
              currentQuantity
              product { id }
              variant { id }
              originalUnitPriceSet { shopMoney { amount } }
            }
          }
        }
      }
    }
  }
}`;

/** Every order the app may see, by id alone: what is stored and not among them was deleted. Run as a bulk operation. */
export const BULK_ORDER_IDS = `#graphql
query VitrineOrderIds {
  orders {
    edges { node { id createdAt } }
  }
}`;

/**
 * `BULK_ORDERS` for the orders that changed at a time or after it (a bulk query takes no variables), and without their
 * customers where the shop has not granted `read_customers`: one refused field fails the whole operation.
 */
export function bulkOrders({ since, customers }: { readonly since?: number; readonly customers: boolean }): string {
  const query = customers ? BULK_ORDERS : BULK_ORDERS.replace(/ +customer { id }\n/, '');
  return since === undefined ? query : query.replace('orders {', `orders(query: "updated_at:>='${new Date(since).toISOString()}'") {`);
}

export const BULK_START = `#graphql
mutation VitrineBulkStart($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status }
    userErrors { code field message }
  }
}`;

export const BULK_STATUS = `#graphql
query VitrineBulkStatus($id: ID!) {
  bulkOperation(id: $id) {
    id
    status
    errorCode
    objectCount
    fileSize
    url
    partialDataUrl
  }
}`;

/** The stock of one inventory item over all locations (the webhook tells of one location only). */
export const INVENTORY = `#graphql
query VitrineInventory($id: ID!) {
  inventoryItem(id: $id) {
    id
    tracked
    variants(first: 5) {
      nodes { id inventoryQuantity inventoryPolicy }
    }
  }
}`;

export const WEBHOOK_LIST = `#graphql
query VitrineWebhooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri includeFields }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const WEBHOOK_CREATE = `#graphql
mutation VitrineWebhookCreate($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}`;

export const WEBHOOK_UPDATE = `#graphql
mutation VitrineWebhookUpdate($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}`;

/** What of an order is read: the shop sends nothing else, so no name, address or mail ever comes here. */
const ORDER_FIELDS = [
  'id', 'created_at', 'updated_at', 'cancelled_at', 'test', 'currency', 'current_total_price', 'total_price', 'customer.id',
  'line_items.id', 'line_items.product_id', 'line_items.quantity', 'line_items.current_quantity', 'line_items.price',
] as const;
/** `updated_at` keeps two messages from being the same, of which the shop would send one. */
const SHOP_FIELDS = ['id', 'updated_at'] as const;

export interface WebhookTopic {
  /** As the schema names it. */
  readonly topic: string;
  /** Fields the shop shall send; the whole resource when absent. */
  readonly includeFields?: readonly string[];
  /** The permission without which a shop refuses the subscription. */
  readonly scope?: string;
}

/**
 * Topics this app subscribes to by API; the compliance topics are in the app's configuration file. Payments, edits and
 * refunds of an order are `ORDERS_UPDATED` too.
 */
export const WEBHOOK_TOPICS: readonly WebhookTopic[] = [
  ...['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE'].map((topic) => ({ topic, scope: 'read_products' })),
  ...['ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_CANCELLED'].map((topic) => ({ topic, includeFields: ORDER_FIELDS, scope: 'read_orders' })),
  { topic: 'ORDERS_DELETE', scope: 'read_orders' },
  { topic: 'INVENTORY_LEVELS_UPDATE', scope: 'read_inventory' },
  { topic: 'APP_UNINSTALLED', includeFields: SHOP_FIELDS }, { topic: 'APP_SCOPES_UPDATE' }, { topic: 'SHOP_UPDATE', includeFields: SHOP_FIELDS },
  { topic: 'BULK_OPERATIONS_FINISH' },
];

/** Where what the theme's blocks read of this shop is written down: on the app's own installation. */
export const INSTALLATION_ID = `#graphql
query VitrineInstallation {
  currentAppInstallation { id }
}`;

export const METAFIELDS_SET = `#graphql
mutation VitrineMetafieldsSet($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    userErrors { code message }
  }
}`;

export const PIXEL_CREATE = `#graphql
mutation VitrinePixelCreate($settings: JSON!) {
  webPixelCreate(webPixel: { settings: $settings }) {
    userErrors { code message }
  }
}`;

/** The app's pixel in this shop; there is one at most. */
export const PIXEL = `#graphql
query VitrinePixel {
  webPixel { id }
}`;

export const PIXEL_UPDATE = `#graphql
mutation VitrinePixelUpdate($id: ID!, $settings: JSON!) {
  webPixelUpdate(id: $id, webPixel: { settings: $settings }) {
    userErrors { code message }
  }
}`;
