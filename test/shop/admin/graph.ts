import { collectionHandle } from '../generator/products.ts';
import type { Address, Customer, Order, OrderLine, Product, Variant } from '../generator/types.ts';
import { isVisible } from '../state.ts';
import type { ShopState } from '../state.ts';
import type { PageArguments } from './connection.ts';
import { connection } from './connection.ts';

/**
 * The shop's data in the shape of the Admin API's schema: plain properties and methods named like the fields, for the
 * executor's default resolver. A field that is missing here is in the schema but not in this shop; it reads as null.
 */
export interface GraphContext {
  readonly state: ShopState;
  /** Inside a bulk operation nested lists come whole, and the root list is cut by this window. */
  readonly bulk?: { readonly from: number; readonly to: number };
}

export const gid = (type: string, id: string): string => `gid://shopify/${type}/${id}`;
/** The decimal id at the end of a global id, or null. */
export function idOf(global: string, type: string): string | null {
  const prefix = `gid://shopify/${type}/`;
  const id = global.startsWith(prefix) ? global.slice(prefix.length).replace(/\?.*$/, '') : '';
  return /^\d+$/.test(id) ? id : null;
}
/** The shop's only place with stock. */
export const LOCATION = '80000000001';
export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const money = (cents: number): string => (cents / 100).toFixed(2);

/** What the shopper saw: each seventh order was placed in dollars. The shop's own books are in its own currency. */
export function presentment(state: ShopState, order: Pick<Order, 'number'>): { readonly currency: string; readonly rate: number } {
  return order.number % 7 === 0 ? { currency: 'USD', rate: 1.08 } : { currency: state.data.currency, rate: 1 };
}

const amount = (cents: number, currencyCode: string) => ({ amount: (cents / 100).toFixed(Math.round(cents) % 10 === 0 ? 1 : 2), currencyCode });

const bag = (state: ShopState, cents: number, shown = { currency: state.data.currency, rate: 1 }) =>
  ({ shopMoney: amount(cents, state.data.currency), presentmentMoney: amount(Math.round(cents * shown.rate), shown.currency) });

export function productNode(state: ShopState, product: Product) {
  const prices = product.variants.map((variant) => variant.price);
  const image = { id: gid('ImageSource', product.id), url: `${state.origin}/images/${product.id}.svg`, altText: product.title, width: 600, height: 600 };
  const range = () => ({
    minVariantPrice: bag(state, Math.min(...prices)).shopMoney, maxVariantPrice: bag(state, Math.max(...prices)).shopMoney,
  });
  const media = {
    __typename: 'MediaImage', id: gid('MediaImage', product.id), alt: product.title, mediaContentType: 'IMAGE', status: 'READY', image, preview: { image },
  };
  const variants = (args: PageArguments, context: GraphContext) => connection(product.variants, args, (variant) => variantNode(state, product, variant), context.bulk !== undefined);
  return {
    __typename: 'Product', id: gid('Product', product.id), legacyResourceId: product.id, handle: product.handle, title: product.title,
    productType: product.type, vendor: product.vendor, tags: product.tags, status: state.faults.unknownEnums ? 'SECRET_SALE' : product.status.toUpperCase(),
    descriptionHtml: product.descriptionHtml, description: product.descriptionHtml.replace(/<[^>]*>/g, ' ').trim(),
    createdAt: iso(product.createdAt), updatedAt: iso(product.updatedAt), publishedAt: product.publishedAt === null ? null : iso(product.publishedAt),
    onlineStoreUrl: isVisible(product) ? `${state.origin}/products/${product.handle}` : null, isGiftCard: false,
    publishedOnCurrentPublication: isVisible(product), tracksInventory: true, hasOnlyDefaultVariant: product.option === 'Title',
    hasOutOfStockVariants: product.variants.some((variant) => variant.quantity <= 0),
    totalInventory: product.variants.reduce((sum, variant) => sum + variant.quantity, 0),
    priceRangeV2: range, priceRange: range, featuredImage: image, featuredMedia: media,
    variantsCount: { count: product.variants.length, precision: 'EXACT' }, mediaCount: { count: 1, precision: 'EXACT' },
    options: [{ id: gid('ProductOption', product.id), name: product.option, position: 1, values: product.variants.map((variant) => variant.title) }],
    media: (args: PageArguments, context: GraphContext) => connection([media], args, (item) => item, context.bulk !== undefined),
    images: (args: PageArguments, context: GraphContext) => connection([image], args, (item) => item, context.bulk !== undefined),
    collections: (args: PageArguments, context: GraphContext) => connection([{ id: product.id, handle: collectionHandle(product.type), title: product.type }], args, (item) => item, context.bulk !== undefined),
    variants,
  };
}

export function variantNode(state: ShopState, product: Product, variant: Variant) {
  const item = (): object => ({
    __typename: 'InventoryItem', id: gid('InventoryItem', variant.inventoryItemId), legacyResourceId: variant.inventoryItemId, sku: variant.sku, tracked: variant.tracked,
    requiresShipping: true, createdAt: iso(product.createdAt), updatedAt: iso(product.updatedAt),
    variant: () => variantNode(state, product, variant),
    variants: (args: PageArguments, context: GraphContext) => connection([variant], args, (own) => variantNode(state, product, own), context.bulk !== undefined),
    inventoryLevels: (args: PageArguments, context: GraphContext) => connection([{ id: variant.inventoryItemId }], args, () => ({
      __typename: 'InventoryLevel', id: `${gid('InventoryLevel', LOCATION)}?inventory_item_id=${variant.inventoryItemId}`, isActive: true, canDeactivate: false,
      createdAt: iso(product.createdAt), updatedAt: iso(product.updatedAt), item, location: { id: gid('Location', LOCATION), name: 'Workshop' },
      quantities: ({ names }: { names: readonly string[] }) => names.map((name) => ({ id: gid('InventoryQuantity', variant.inventoryItemId), name, quantity: variant.quantity, updatedAt: iso(product.updatedAt) })),
    }), context.bulk !== undefined),
  });
  return {
    __typename: 'ProductVariant', id: gid('ProductVariant', variant.id), legacyResourceId: variant.id, title: variant.title,
    displayName: variant.title === 'Default Title' ? product.title : `${product.title} - ${variant.title}`,
    sku: variant.sku, price: money(variant.price), compareAtPrice: null, position: product.variants.indexOf(variant) + 1, taxable: true,
    inventoryQuantity: variant.quantity, sellableOnlineQuantity: Math.max(0, variant.quantity), inventoryPolicy: state.faults.unknownEnums ? 'ASK_NICELY' : 'DENY',
    availableForSale: !variant.tracked || variant.quantity > 0, createdAt: iso(product.createdAt), updatedAt: iso(product.updatedAt),
    selectedOptions: [{ name: product.option, value: variant.title }],
    inventoryItem: item, product: () => productNode(state, product),
  };
}

const addressNode = (id: string, address: Address | null, customer: Customer | undefined) => address && {
  __typename: 'MailingAddress', id: gid('MailingAddress', id), address1: address.address1, city: address.city, zip: address.zip,
  country: address.country, countryCodeV2: address.countryCode, countryCode: address.countryCode,
  firstName: customer?.firstName, lastName: customer?.lastName, name: customer && `${customer.firstName} ${customer.lastName}`, coordinatesValidated: false,
};

export function customerNode(state: ShopState, customer: Customer) {
  const orders = () => state.data.orders.filter((order) => order.customerId === customer.id);
  return {
    __typename: 'Customer', id: gid('Customer', customer.id), legacyResourceId: customer.id, firstName: customer.firstName, lastName: customer.lastName,
    displayName: `${customer.firstName} ${customer.lastName}`, email: customer.email, defaultEmailAddress: { emailAddress: customer.email },
    createdAt: iso(customer.createdAt), updatedAt: iso(customer.createdAt), state: 'ENABLED', verifiedEmail: true, tags: [],
    defaultAddress: addressNode(customer.id, customer.address, customer),
    numberOfOrders: () => orders().length,
    orders: (args: PageArguments, context: GraphContext) => connection(orders(), args, (order) => orderNode(state, order), context.bulk !== undefined),
  };
}

function lineNode(state: ShopState, line: OrderLine, shown: ReturnType<typeof presentment>) {
  const product = line.productId === null ? undefined : state.productById.get(line.productId);
  const variant = line.variantId === null ? undefined : state.variantById.get(line.variantId);
  const left = line.quantity - line.refunded;
  return {
    __typename: 'LineItem', id: gid('LineItem', line.id), title: line.title, name: line.title, variantTitle: line.variantTitle === 'Default Title' ? null : line.variantTitle,
    sku: line.sku, vendor: line.vendor, quantity: line.quantity, currentQuantity: left, refundableQuantity: left, isGiftCard: false, requiresShipping: true, taxable: true,
    originalUnitPriceSet: bag(state, line.price, shown), discountedUnitPriceSet: bag(state, line.price, shown), discountedUnitPriceAfterAllDiscountsSet: bag(state, line.price, shown),
    originalTotalSet: bag(state, line.price * line.quantity, shown), discountedTotalSet: bag(state, line.price * line.quantity, shown), totalDiscountSet: bag(state, 0, shown),
    customAttributes: [], discountAllocations: [], taxLines: [],
    product: () => (product ? productNode(state, product) : null),
    variant: () => (variant ? variantNode(state, variant.product, variant.variant) : null),
  };
}

const refundedTotal = (order: Order): number => order.lines.reduce((sum, line) => sum + line.price * line.refunded, 0);

/** What is left of an order's total after returns, in cents; nothing after a cancellation. */
export const currentTotal = (order: Order): number => (order.cancelledAt === null ? order.total - refundedTotal(order) : 0);

export function orderNode(state: ShopState, order: Order) {
  const customer = order.customerId === null ? undefined : state.customerById.get(order.customerId);
  const shown = presentment(state, order);
  const subtotal = order.total - order.shipping.price;
  const refunded = refundedTotal(order);
  const current = currentTotal(order);
  const status = order.cancelledAt !== null ? 'VOIDED' : refunded === 0 ? 'PAID' : refunded >= subtotal ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  return {
    __typename: 'Order', id: gid('Order', order.id), legacyResourceId: order.id, name: order.name, number: order.number, confirmed: true, closed: false,
    createdAt: iso(order.createdAt), processedAt: iso(order.createdAt), updatedAt: iso(order.updatedAt),
    cancelledAt: order.cancelledAt === null ? null : iso(order.cancelledAt), cancelReason: order.cancelReason, test: order.test,
    currencyCode: state.data.currency, presentmentCurrencyCode: shown.currency, email: order.email, clientIp: order.clientIp, sourceName: 'web', tags: [], note: null,
    displayFinancialStatus: status, displayFulfillmentStatus: order.cancelledAt === null ? 'FULFILLED' : 'UNFULFILLED', fullyPaid: status === 'PAID', unpaid: false,
    customerAcceptsMarketing: false, taxesIncluded: true, discountCodes: [], paymentGatewayNames: ['bogus'], edited: false,
    totalPriceSet: bag(state, order.total, shown), currentTotalPriceSet: bag(state, current, shown), originalTotalPriceSet: bag(state, order.total, shown),
    subtotalPriceSet: bag(state, subtotal, shown), currentSubtotalPriceSet: bag(state, Math.max(0, subtotal - refunded), shown), totalRefundedSet: bag(state, refunded, shown),
    totalShippingPriceSet: bag(state, order.shipping.price, shown), totalDiscountsSet: bag(state, 0, shown), totalTaxSet: bag(state, 0, shown),
    subtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + line.quantity, 0),
    currentSubtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + line.quantity - line.refunded, 0),
    shippingLine: { id: gid('ShippingLine', order.id), title: order.shipping.title, code: order.shipping.title.toLowerCase(), originalPriceSet: bag(state, order.shipping.price, shown), discountedPriceSet: bag(state, order.shipping.price, shown) },
    billingAddress: addressNode(`${order.id}1`, order.billingAddress, customer), shippingAddress: addressNode(`${order.id}2`, order.shippingAddress, customer),
    billingAddressMatchesShippingAddress: JSON.stringify(order.billingAddress) === JSON.stringify(order.shippingAddress),
    customer: () => (customer ? customerNode(state, customer) : null),
    refunds: () => (refunded === 0 ? [] : [{
      __typename: 'Refund', id: gid('Refund', order.id), legacyResourceId: order.id, createdAt: iso(order.updatedAt), processedAt: iso(order.updatedAt), updatedAt: iso(order.updatedAt),
      totalRefundedSet: bag(state, refunded, shown),
      refundLineItems: (args: PageArguments, context: GraphContext) => connection(order.lines.filter((line) => line.refunded > 0), args, (line) => ({
        __typename: 'RefundLineItem', id: gid('RefundLineItem', line.id), quantity: line.refunded, restockType: 'RETURN', restocked: true,
        subtotalSet: bag(state, line.price * line.refunded, shown), priceSet: bag(state, line.price, shown), lineItem: () => lineNode(state, line, shown),
      }), context.bulk !== undefined),
    }]),
    transactions: () => [{
      __typename: 'OrderTransaction', id: gid('OrderTransaction', order.id), kind: 'SALE', status: 'SUCCESS', gateway: 'bogus', createdAt: iso(order.createdAt), processedAt: iso(order.createdAt),
      test: order.test, amountSet: bag(state, order.total, shown),
      paymentDetails: {
        __typename: 'CardPaymentDetails', company: order.payment.company, bin: order.payment.bin, number: `•••• •••• •••• ${order.payment.last4}`,
        avsResultCode: order.payment.avs, cvvResultCode: order.payment.cvv,
      },
    }],
    risk: { recommendation: 'NONE', assessments: [] },
    lineItems: (args: PageArguments, context: GraphContext) => connection(order.lines, args, (line) => lineNode(state, line, shown), context.bulk !== undefined),
  };
}

export function shopNode(state: ShopState) {
  return {
    __typename: 'Shop', id: gid('Shop', '90000000001'), name: state.data.name, myshopifyDomain: state.domain, currencyCode: state.data.currency,
    ianaTimezone: state.data.timezone, email: 'owner@example.com', contactEmail: 'owner@example.com', url: state.origin,
    primaryDomain: { __typename: 'Domain', id: gid('Domain', '90000000001'), host: new URL(state.origin || 'http://localhost').host, url: state.origin, sslEnabled: false },
    plan: { publicDisplayName: 'Development', partnerDevelopment: true, shopifyPlus: false }, enabledPresentmentCurrencies: [...new Set([state.data.currency, 'USD'])],
    weightUnit: 'KILOGRAMS', unitSystem: 'METRIC_SYSTEM', taxesIncluded: true, createdAt: iso(state.data.start),
  };
}
