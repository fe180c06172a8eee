import { numericId } from './ids.ts';

/** A product as the shop describes it; the store's row in all but name. Times are milliseconds since 1970. */
export interface ShopProduct {
  readonly id: string;
  readonly title: string;
  readonly handle: string | null;
  readonly productType: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  readonly price: number | null;
  readonly imageUrl: string | null;
  readonly status: 'active' | 'draft' | 'archived';
  readonly published: boolean;
  readonly available: boolean;
  readonly createdAt: number | null;
  readonly updatedAt: number;
}

export interface ShopVariant {
  readonly id: string;
  readonly productId: string;
  readonly inventoryItemId: string | null;
  readonly price: number | null;
  /** False when stock is not tracked or may be oversold: the variant can always be bought. */
  readonly tracked: boolean;
  readonly quantity: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** A product node of a bulk result; its price and availability come with its variants. Undefined when it has no id. */
export function readProductNode(node: Fields, now: number): ShopProduct | undefined {
  const id = numericId(node.id);
  if (!id) return undefined;
  const image = ((node.featuredMedia as Fields | null)?.preview as Fields | null)?.image as Fields | null;
  return {
    id, title: text(node.title), handle: text(node.handle) || null, productType: text(node.productType), vendor: text(node.vendor),
    tags: Array.isArray(node.tags) ? node.tags.map(text) : [],
    price: null, imageUrl: text(image?.url) || null, status: statusOf(node.status),
    // `publishedAt` is the Online Store's date; the storefront address exists only while it can be opened there.
    published: node.publishedAt != null || node.onlineStoreUrl != null,
    available: true, createdAt: time(node.createdAt), updatedAt: time(node.updatedAt) ?? now,
  };
}

/** A variant node of a bulk result. */
export function readVariantNode(node: Fields, productId: string): ShopVariant | undefined {
  const id = numericId(node.id);
  if (!id) return undefined;
  const item = node.inventoryItem as Fields | null | undefined;
  const tracked = item?.tracked === true && node.inventoryPolicy !== 'CONTINUE';
  return { id, productId, inventoryItemId: numericId(item?.id), price: money(node.price), tracked, quantity: whole(node.inventoryQuantity) };
}

/** The body of products/create and products/update. Undefined when it has no id. */
export function readProductBody(body: Fields, now: number): { product: ShopProduct; variants: ShopVariant[] } | undefined {
  const id = numericId(body.id);
  if (!id) return undefined;
  const variants = list(body.variants).flatMap((variant): ShopVariant[] => {
    const variantId = numericId(variant.id);
    if (!variantId) return [];
    const tracked = variant.inventory_management !== null && variant.inventory_policy !== 'continue';
    return [{ id: variantId, productId: id, inventoryItemId: numericId(variant.inventory_item_id), price: money(variant.price), tracked, quantity: whole(variant.inventory_quantity) }];
  });
  const image = (body.image as Fields | null) ?? list(body.images)[0];
  return {
    product: {
      id, title: text(body.title), handle: text(body.handle) || null, productType: text(body.product_type), vendor: text(body.vendor),
      tags: text(body.tags).split(',').map((tag) => tag.trim()).filter(Boolean),
      ...summarise(variants), imageUrl: text(image?.src) || null, status: statusOf(body.status), published: body.published_at != null,
      createdAt: time(body.created_at), updatedAt: time(body.updated_at) ?? now,
    },
    variants,
  };
}

/** What a product's variants say of it: the lowest price, and whether any can be bought. */
export function summarise(variants: readonly ShopVariant[]): { price: number | null; available: boolean } {
  const prices = variants.flatMap(({ price }) => (price === null ? [] : [price]));
  return { price: prices.length > 0 ? Math.min(...prices) : null, available: variants.some(({ tracked, quantity }) => !tracked || quantity > 0) };
}

/** An unknown status counts as a draft: what we do not understand is not shown. */
function statusOf(value: unknown): 'active' | 'draft' | 'archived' {
  const lower = text(value).toLowerCase();
  return lower === 'active' || lower === 'archived' ? lower : 'draft';
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function money(value: unknown): number | null {
  const amount = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : null;
}

/** The years 1 to 9999: JavaScript knows times that no database column holds. */
const [EARLIEST, LATEST] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** Milliseconds since 1970, null for what is no time. */
export function time(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return at >= EARLIEST && at <= LATEST ? at : null;
}

/** A whole number a 32-bit column holds; 0 for what is none. */
export function whole(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(-2_147_483_648, Math.min(2_147_483_647, Math.trunc(value))) : 0;
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter((each): each is Fields => typeof each === 'object' && each !== null) : [];
}
