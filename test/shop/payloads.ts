import { currentTotal, gid, LOCATION, money, presentment } from './admin/graph.ts';
import type { Address, Customer, Order, Product, Variant } from './generator/types.ts';
import type { ShopState } from './state.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** A time as the platform's REST resources have it: by the shop's clock, "2026-11-23T09:00:00+01:00". */
export function local({ data: { timezone } }: ShopState, ms: number): string {
  let clock = clocks.get(timezone);
  if (!clock) {
    clocks.set(timezone, (clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'longOffset',
    })));
  }
  const { year, month, day, hour, minute, second, timeZoneName } = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${timeZoneName.slice(3) || '+00:00'}`;
}

/** Bodies of webhooks, in the shape of the platform's REST resources: numeric ids, snake case, money as text. */
export function orderPayload(state: ShopState, order: Order) {
  const customer = order.customerId === null ? undefined : state.customerById.get(order.customerId);
  const { currency } = state.data;
  const shown = presentment(state, order);
  const set = (cents: number) => ({ shop_money: { amount: money(cents), currency_code: currency }, presentment_money: { amount: money(cents * shown.rate), currency_code: shown.currency } });
  const subtotal = order.total - order.shipping.price;
  return {
    id: Number(order.id), admin_graphql_api_id: gid('Order', order.id), name: order.name, number: order.number - 1000, order_number: order.number, token: order.token,
    app_id: 580_111, browser_ip: order.clientIp, cancel_reason: order.cancelReason?.toLowerCase() ?? null, cancelled_at: order.cancelledAt === null ? null : local(state, order.cancelledAt),
    checkout_token: order.token, cart_token: null, confirmed: true, contact_email: order.email, email: order.email, created_at: local(state, order.createdAt), updated_at: local(state, order.updatedAt), processed_at: local(state, order.createdAt),
    currency, presentment_currency: shown.currency, financial_status: 'paid', fulfillment_status: null, source_name: 'web', tags: '', test: order.test, taxes_included: true,
    subtotal_price: money(subtotal), total_line_items_price: money(subtotal), total_price: money(order.total), current_total_price: money(currentTotal(order)), total_discounts: '0.00', total_tax: '0.00',
    total_price_set: set(order.total), subtotal_price_set: set(subtotal), current_total_price_set: set(currentTotal(order)),
    customer: customer ? customerPayload(state, customer) : null,
    billing_address: addressPayload(order.billingAddress, customer), shipping_address: addressPayload(order.shippingAddress, customer),
    line_items: order.lines.map((line) => ({
      id: Number(line.id), admin_graphql_api_id: gid('LineItem', line.id), product_id: line.productId === null ? null : Number(line.productId), variant_id: line.variantId === null ? null : Number(line.variantId),
      product_exists: line.productId !== null, title: line.title, name: line.title, variant_title: line.variantTitle === 'Default Title' ? null : line.variantTitle, vendor: line.vendor, sku: line.sku,
      quantity: line.quantity, current_quantity: line.quantity - line.refunded, price: money(line.price), price_set: set(line.price), total_discount: '0.00', gift_card: false, requires_shipping: true, taxable: true, fulfillment_status: null,
    })),
    shipping_lines: [{ id: Number(order.id) + 1, code: order.shipping.title.toLowerCase(), title: order.shipping.title, price: money(order.shipping.price) }],
    refunds: [], discount_codes: [], note: null,
  };
}

function customerPayload(state: ShopState, customer: Customer) {
  return { id: Number(customer.id), admin_graphql_api_id: gid('Customer', customer.id), email: customer.email, first_name: customer.firstName, last_name: customer.lastName, created_at: local(state, customer.createdAt), state: 'enabled', verified_email: true };
}

function addressPayload(address: Address | null, customer: Customer | undefined) {
  return address && { first_name: customer?.firstName ?? null, last_name: customer?.lastName ?? null, address1: address.address1, city: address.city, zip: address.zip, country: address.country, country_code: address.countryCode };
}

export function productPayload(state: ShopState, product: Product) {
  const image = { id: Number(product.id) + 7, product_id: Number(product.id), position: 1, src: `${state.origin}/images/${product.id}.svg`, alt: product.title, width: 600, height: 600, variant_ids: [] };
  return {
    id: Number(product.id), admin_graphql_api_id: gid('Product', product.id), title: product.title, handle: product.handle, body_html: product.descriptionHtml, product_type: product.type, vendor: product.vendor,
    status: state.faults.unknownEnums ? 'secret_sale' : product.status, tags: product.tags.join(', '), created_at: local(state, product.createdAt), updated_at: local(state, product.updatedAt), published_at: product.publishedAt === null ? null : local(state, product.publishedAt),
    published_scope: 'web', template_suffix: null, image, images: [image],
    options: [{ id: Number(product.id) + 3, product_id: Number(product.id), name: product.option, position: 1, values: product.variants.map((variant) => variant.title) }],
    variants: product.variants.map((variant, index) => ({
      id: Number(variant.id), admin_graphql_api_id: gid('ProductVariant', variant.id), product_id: Number(product.id), title: variant.title, option1: variant.title, price: money(variant.price), compare_at_price: null, sku: variant.sku, position: index + 1,
      inventory_item_id: Number(variant.inventoryItemId), inventory_management: variant.tracked ? 'shopify' : null, inventory_policy: state.faults.unknownEnums ? 'ask_nicely' : 'deny', inventory_quantity: variant.quantity, created_at: local(state, product.createdAt), updated_at: local(state, product.updatedAt), taxable: true,
    })),
  };
}

export function inventoryPayload(state: ShopState, variant: Variant, at: number) {
  return {
    inventory_item_id: Number(variant.inventoryItemId), location_id: Number(LOCATION), available: variant.quantity, updated_at: local(state, at),
    admin_graphql_api_id: `${gid('InventoryLevel', LOCATION)}?inventory_item_id=${variant.inventoryItemId}`,
  };
}

export function shopPayload(state: ShopState) {
  return { id: 90_000_000_001, name: state.data.name, domain: state.domain, myshopify_domain: state.domain, email: 'owner@example.com', currency: state.data.currency, iana_timezone: state.data.timezone, updated_at: local(state, state.clock()), phone: '+1 555 0100', address1: '1 Mill Lane' };
}
