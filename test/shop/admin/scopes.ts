import type { DocumentNode, GraphQLSchema } from 'graphql';
import { TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** Permissions of fields, as "Type.field". What is not here needs none. */
const FIELDS: Readonly<Record<string, string>> = {
  'QueryRoot.products': 'read_products', 'QueryRoot.product': 'read_products', 'QueryRoot.productVariants': 'read_products', 'QueryRoot.productVariant': 'read_products',
  'QueryRoot.productsCount': 'read_products', 'LineItem.product': 'read_products', 'LineItem.variant': 'read_products',
  'QueryRoot.orders': 'read_orders', 'QueryRoot.order': 'read_orders', 'QueryRoot.ordersCount': 'read_orders', 'Customer.orders': 'read_orders',
  'QueryRoot.inventoryItem': 'read_inventory', 'QueryRoot.inventoryItems': 'read_inventory', 'ProductVariant.inventoryItem': 'read_inventory',
  'QueryRoot.customers': 'read_customers', 'QueryRoot.customer': 'read_customers', 'Order.customer': 'read_customers',
};

/** Permissions of webhook topics, by how they begin. */
const TOPICS: Readonly<Record<string, string>> = { PRODUCTS: 'read_products', ORDERS: 'read_orders', REFUNDS: 'read_orders', INVENTORY: 'read_inventory', CUSTOMERS: 'read_customers' };

/** The right to write is the right to read. */
const may = (granted: readonly string[], scope: string): boolean => granted.includes(scope) || granted.includes(scope.replace('read_', 'write_'));

/** Fields of a document that these permissions do not open, with what each would need. */
export function deniedFields(schema: GraphQLSchema, document: DocumentNode, granted: readonly string[]): { readonly field: string; readonly scope: string }[] {
  const denied = new Map<string, { readonly field: string; readonly scope: string }>();
  const info = new TypeInfo(schema);
  visit(document, visitWithTypeInfo(info, {
    Field(node) {
      const name = `${info.getParentType()?.name}.${node.name.value}`;
      const scope = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
      if (scope !== undefined && !may(granted, scope)) denied.set(name, { field: node.name.value, scope });
    },
  }));
  return [...denied.values()];
}

/** What a webhook topic needs and the app has not; undefined when it may subscribe. */
export function deniedTopic(topic: string, granted: readonly string[]): string | undefined {
  const scope = TOPICS[topic.split('_')[0]];
  return scope !== undefined && !may(granted, scope) ? scope : undefined;
}
