import { drawIp, drawPayment } from './generator/fraud.ts';
import type { Address, Customer, Order, OrderLine, Product, Variant } from './generator/types.ts';
import { inventoryPayload, orderPayload, productPayload } from './payloads.ts';
import { indexOrder } from './state.ts';
import type { ShopState } from './state.ts';
import type { WebhookSender } from './webhooks.ts';

export interface OrderRequest {
  readonly lines: readonly { readonly productId: string; readonly variantId?: string; readonly quantity?: number }[];
  /** An existing customer; otherwise `email` finds or opens an account; otherwise the order belongs to nobody. */
  readonly customerId?: string;
  readonly email?: string;
  readonly shippingAddress?: Address;
  readonly express?: boolean;
}

/** Why an order or a change of stock was refused, in words for the shopper. */
export class SellingError extends Error {}

export interface Selling {
  /** Takes an order: stock goes down, and the webhooks go out in the background. */
  placeOrder(request: OrderRequest): Order;
  /** Sets the stock of all variants of a product. */
  setStock(productId: string, quantity: number): void;
  /** Shows a product in the storefront or hides it. */
  setVisible(productId: string, visible: boolean): void;
  /** Sets the price of all variants of a product, in cents. */
  setPrice(productId: string, price: number): void;
  /** Removes a product for good. */
  deleteProduct(productId: string): void;
  cancelOrder(orderId: string, reason?: Order['cancelReason']): void;
  /** Takes one piece of each line back that is still there. */
  refundOrder(orderId: string): void;
  /** Removes an order for good. */
  deleteOrder(orderId: string): void;
}

const FREE_SHIPPING = 6_000;

export function createSelling(state: ShopState, webhooks: WebhookSender): Selling {
  const { data, random } = state;
  let placed = data.orders.length;
  let nextOrder = data.orders.reduce((most, { id }) => Math.max(most, Number(id)), 5_800_000_000_000);
  const byEmail = new Map(data.customers.map((customer) => [customer.email, customer]));

  function findProduct(productId: string): Product {
    const product = state.productById.get(productId);
    if (!product) throw new SellingError(`There is no product ${productId}.`);
    return product;
  }

  function findOrder(orderId: string): Order {
    const order = state.orderById.get(orderId);
    if (!order) throw new SellingError(`There is no order ${orderId}.`);
    return order;
  }

  function findVariant(product: Product, variantId: string | undefined, quantity: number): Variant {
    const variant = variantId === undefined ? product.variants.find((v) => v.quantity >= quantity) ?? product.variants[0] : product.variants.find((v) => v.id === variantId);
    if (!variant) throw new SellingError(`"${product.title}" has no variant ${variantId}.`);
    if (!(Number.isInteger(quantity) && quantity > 0)) throw new SellingError(`The quantity of "${product.title}" must be a whole number above 0.`);
    if (variant.tracked && variant.quantity < quantity) throw new SellingError(`Only ${variant.quantity} of "${product.title}" are left.`);
    return variant;
  }

  function customerFor(email: string, address: Address): Customer {
    const known = byEmail.get(email);
    if (known) return known;
    const last = data.customers[data.customers.length - 1];
    const number = String(data.customers.length + 1).padStart(5, '0');
    const customer: Customer = { id: String(Number(last?.id ?? 6_100_000_000_000) + 32_768), email, firstName: 'Shopper', lastName: number, createdAt: state.clock(), address };
    data.customers.push(customer);
    byEmail.set(email, customer);
    state.customerById.set(customer.id, customer);
    return customer;
  }

  function changed(product: Product, variants: readonly Variant[]): void {
    product.updatedAt = state.clock();
    void webhooks.deliver('products/update', productPayload(state, product));
    for (const variant of variants) void webhooks.deliver('inventory_levels/update', inventoryPayload(state, variant, product.updatedAt));
  }

  return {
    placeOrder(request) {
      if (request.lines.length === 0) throw new SellingError('An order needs at least one line.');
      const address = request.shippingAddress ?? { address1: '1 Mill Lane', city: 'Berlin', zip: '10115', countryCode: 'DE', country: 'Germany' };
      // Everything is checked before anything changes.
      const wanted = new Map<string, { product: Product; variant: Variant; quantity: number }>();
      for (const { productId, variantId, quantity = 1 } of request.lines) {
        const product = findProduct(productId);
        const before = variantId === undefined ? 0 : wanted.get(variantId)?.quantity ?? 0;
        const variant = findVariant(product, variantId, quantity + before);
        wanted.set(variant.id, { product, variant, quantity: quantity + before });
      }
      const customer = request.customerId !== undefined ? state.customerById.get(request.customerId) : request.email === undefined ? undefined : customerFor(request.email, address);
      const now = state.clock();
      const index = placed++;
      const id = String(nextOrder += 32_768);
      const lines = [...wanted.values()].map(({ product, variant, quantity }, n): OrderLine => ({
        id: String(14_200_000_000_000 + index * 65_536 + n * 997 + 901), productId: product.id, variantId: variant.id, title: product.title, variantTitle: variant.title,
        vendor: product.vendor, sku: variant.sku, quantity, price: variant.price, refunded: 0,
      }));
      const subtotal = lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
      const shipping = request.express ? { title: 'Express', price: 1_290 } : { title: 'Standard', price: subtotal >= FREE_SHIPPING ? 0 : 490 };
      const order: Order = {
        id, name: `#${1001 + index}`, number: 1001 + index, token: `${random.below(2 ** 30).toString(36)}${random.below(2 ** 30).toString(36)}${index.toString(36)}`,
        customerId: customer?.id ?? null, email: customer?.email ?? null, createdAt: now, updatedAt: now, cancelledAt: null, cancelReason: null, test: false,
        lines, shipping, billingAddress: address, shippingAddress: address, clientIp: drawIp(random), payment: drawPayment(random), total: subtotal + shipping.price,
      };
      data.orders.push(order);
      indexOrder(state, order);
      void webhooks.deliver('orders/create', orderPayload(state, order));
      for (const { product, variant, quantity } of wanted.values()) {
        if (variant.tracked) variant.quantity -= quantity;
        changed(product, [variant]);
      }
      return order;
    },
    setStock(productId, quantity) {
      const product = findProduct(productId);
      if (!(Number.isInteger(quantity) && quantity >= 0 && quantity <= 100_000)) throw new SellingError('Stock is a whole number from 0 to 100000.');
      for (const variant of product.variants) variant.quantity = quantity;
      changed(product, product.variants);
    },
    setVisible(productId, visible) {
      const product = findProduct(productId);
      product.publishedAt = visible ? state.clock() : null;
      if (visible) product.status = 'active';
      changed(product, []);
    },
    setPrice(productId, price) {
      const product = findProduct(productId);
      if (!(Number.isInteger(price) && price >= 0)) throw new SellingError('A price is a whole number of cents.');
      for (const variant of product.variants) variant.price = price;
      changed(product, []);
    },
    cancelOrder(orderId, reason = 'CUSTOMER') {
      const order = findOrder(orderId);
      if (order.cancelledAt !== null) throw new SellingError(`The order ${order.name} is cancelled already.`);
      order.cancelledAt = order.updatedAt = state.clock();
      order.cancelReason = reason;
      void webhooks.deliver('orders/cancelled', orderPayload(state, order));
      void webhooks.deliver('orders/updated', orderPayload(state, order));
    },
    refundOrder(orderId) {
      const order = findOrder(orderId);
      for (const line of order.lines) if (line.refunded < line.quantity) line.refunded++;
      order.updatedAt = state.clock();
      void webhooks.deliver('orders/updated', orderPayload(state, order));
    },
    deleteOrder(orderId) {
      const order = findOrder(orderId);
      data.orders.splice(data.orders.indexOf(order), 1);
      state.orderById.delete(order.id);
      state.orderByToken.delete(order.token);
      void webhooks.deliver('orders/delete', { id: Number(order.id) });
    },
    deleteProduct(productId) {
      const product = findProduct(productId);
      data.products.splice(data.products.indexOf(product), 1);
      state.productById.delete(product.id);
      state.productByHandle.delete(product.handle);
      for (const variant of product.variants) state.variantById.delete(variant.id);
      void webhooks.deliver('products/delete', { id: Number(product.id) });
    },
  };
}
