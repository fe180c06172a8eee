import { createHmac } from 'node:crypto';
import { formatPublishableKey } from '@vitrine/sdk/core';
import { TEST_CONFIG } from '../context.ts';

// Inputs that are right, for the mutations to begin with.

export const KEY = formatPublishableKey(Uint8Array.from([4, ...Array.from({ length: 64 }, (_, i) => i)]));
const ID = '0b0f6b6e-3b1a-4b6a-9c4b-0f6b6e3b1a4b';
const base = { id: ID, at: 1_764_000_000_000, sessionId: 's1', visitorId: 'v1' };

export const BATCH = {
  key: KEY, consent: true, events: [
    { ...base, type: 'product_viewed', productId: '42' }, { ...base, type: 'product_added_to_cart', productId: '42', quantity: 2 }, { ...base, type: 'search_submitted', query: 'red shirt' },
    { ...base, type: 'cart_viewed', items: [{ productId: '42', quantity: 2 }] }, { ...base, type: 'impression', widget: 'related', artifact: 'v1', items: [{ productId: '42', position: 0, source: 'popular' }] },
    { ...base, type: 'checkout_completed', orderId: '7', checkoutToken: 'c' },
  ],
};

export const FILTER = { tags: { any: ['red'], none: ['old'] }, types: ['Shirts'], vendors: ['Acme'], price: { min: 1, max: 20 }, stock: ['available'] };
export const RULES = [
  { action: 'pin', productIds: ['42'], position: 1 }, { action: 'boost', factor: 3, filter: { tags: { any: ['sale'] } }, kinds: ['related'] }, { action: 'exclude', filter: FILTER }, { action: 'bury', factor: 2, productIds: ['7'] },
];
export const RECOMMEND = { type: 'related', limit: 8, reasons: true, filter: FILTER, exclude: ['7'], shopper: { items: [{ id: '42', kind: 'view' }], cart: ['7'], product: '42' } };

export const ORDER_BODY = {
  id: 5, created_at: '2026-11-23T09:00:00Z', processed_at: '2026-11-23T09:00:00+02:00', updated_at: '2026-11-23T09:01:00Z', currency: 'EUR', current_total_price: '19.00', test: false, cancelled_at: null, customer: { id: 77 },
  line_items: [{ id: 1, product_id: 10, quantity: 2, current_quantity: 1, price: '9.50' }, { id: 2, product_id: null, quantity: 1, price: '1.00' }],
};
export const PRODUCT_BODY = {
  id: 10, title: 'A shirt', handle: 'a-shirt', product_type: 'Shirts', vendor: 'Acme', tags: 'red, cotton', status: 'active', published_at: '2026-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z', updated_at: '2026-11-23T09:00:00Z',
  image: { src: 'https://cdn.example/a.jpg' }, variants: [{ id: 1, price: '9.50', inventory_quantity: 3, inventory_management: 'shopify', inventory_policy: 'deny', inventory_item_id: 9 }],
};
export const ORDER_NODE = {
  id: 'gid://shopify/Order/5', createdAt: '2026-11-23T09:00:00Z', processedAt: '2026-11-23T09:00:00Z', updatedAt: '2026-11-23T09:01:00Z', currencyCode: 'EUR', test: false, cancelledAt: null, customer: { id: 'gid://shopify/Customer/77' },
  currentTotalPriceSet: { shopMoney: { amount: '19.00', currencyCode: 'EUR' } }, quantity: 1, currentQuantity: 1, product: { id: 'gid://shopify/Product/10' }, originalUnitPriceSet: { shopMoney: { amount: '9.50', currencyCode: 'EUR' } },
};
export const PRODUCT_NODE = {
  id: 'gid://shopify/Product/10', title: 'A shirt', handle: 'a-shirt', productType: 'Shirts', vendor: 'Acme', tags: ['red'], status: 'ACTIVE', publishedAt: '2026-01-01T00:00:00Z', createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-11-23T09:00:00Z',
  featuredMedia: { preview: { image: { url: 'https://cdn.example/a.jpg' } } }, price: '9.50', inventoryQuantity: 3, inventoryPolicy: 'DENY', inventoryItem: { id: 'gid://shopify/InventoryItem/9', tracked: true },
};
export const BULK = [
  ORDER_NODE, { id: 'gid://shopify/LineItem/1', quantity: 1, product: { id: 'gid://shopify/Product/10' }, __parentId: 'gid://shopify/Order/5' }, { id: 'gid://shopify/LineItem/2', quantity: 1, product: null, __parentId: 'gid://shopify/Order/6' },
  { ...ORDER_NODE, id: 'gid://shopify/Order/6' },
].map((line) => JSON.stringify(line)).join('\n');
export const ADMIN_ANSWER = {
  data: { shop: { id: 'gid://shopify/Shop/1' } }, errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
  extensions: { cost: { requestedQueryCost: 100, throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 10, restoreRate: 50 } } },
};

const { apiKey, apiSecret } = TEST_CONFIG.shopify!;
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: 'https://demo.myshopify.com/admin', dest: 'https://demo.myshopify.com', aud: apiKey, sub: '1', exp: 4e9, nbf: 0, iat: 0, jti: 'a', sid: 'b' })}`;
export const SESSION_TOKEN = `${unsigned}.${createHmac('sha256', apiSecret).update(unsigned).digest('base64url')}`;
export const PROXY_QUERY = `shop=demo.myshopify.com&path_prefix=%2Fapps%2Fvitrine&timestamp=0&logged_in_customer_id=&signature=${'a'.repeat(64)}`;

export const ORDERS_CSV = ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID', ...Array.from({ length: 12 }, (_, i) => `${536365 + (i >> 1)},p${i % 5},"A ""good"" lamp, red",${1 + i % 3},2026-01-${String(1 + i).padStart(2, '0')} 08:26:00,2.55,${17850 + i}`)].join('\r\n');
export const SHOPIFY_CSV = [
  'Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Id',
  ...Array.from({ length: 8 }, (_, i) => `#${1001 + (i >> 1)},a@b.example,paid,2026-01-02 10:00:00 +0100,EUR,19.00,19.00,2026-01-0${1 + i} 10:00:00 +0100,1,Shirt ${i % 3},9.50,SKU${i % 3},,${5000 + (i >> 1)}`),
].join('\n');
export const PRODUCTS_CSV = ['Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Variant Price,Image Src,Status', ...Array.from({ length: 6 }, (_, i) => `shirt-${i},Shirt ${i},<p>nice</p>,Acme,Shirts,"red, cotton",true,9.5${i},https://cdn.example/${i}.jpg,active`)].join('\n');
export const EVENTS_JSONL = BATCH.events.map((event) => JSON.stringify(event)).join('\n');
export const SESSIONS = Array.from({ length: 8 }, (_, i) => `${i} ${i + 1} ${i * 2} 7`).join('\n');
export const INSTANCES = Array.from({ length: 8 }, (_, i) => `${i} ${i + 1}\t${i + 2}`).join('\n');
