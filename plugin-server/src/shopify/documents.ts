/**
 * Every document this app sends to the Admin API. A test validates each against the published schemas. None asks for a
 * name, an address, a mail or a telephone number.
 */

/** What the shop is. */
export const SHOP = `#graphql
query VitrineShop {
  shop {
    name
    currencyCode
    ianaTimezone
    myshopifyDomain
    primaryDomain { url }
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

/** `BULK_ORDERS` for the orders that changed at a time or after it. A bulk query takes no variables. */
export function bulkOrdersSince(time: number): string {
  return BULK_ORDERS.replace('orders {', `orders(query: "updated_at:>='${new Date(time).toISOString()}'") {`);
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
    nodes { id topic uri }
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

/** Topics this app subscribes to by API; the compliance topics are in the app's configuration file. */
export const WEBHOOK_TOPICS = [
  'PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE', 'ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_CANCELLED', 'ORDERS_DELETE',
  'INVENTORY_LEVELS_UPDATE', 'APP_UNINSTALLED', 'BULK_OPERATIONS_FINISH',
] as const;
