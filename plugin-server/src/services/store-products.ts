import type { Context } from '../context.ts';
import type { Family } from '../shopify/group-children.ts';
import { numericId } from '../shopify/ids.ts';
import { readProductNode, readVariantNode, summarise, type ShopProduct, type ShopVariant } from '../shopify/read-product.ts';
import { deleteOtherVariants, findProducts, setProductStatus, upsertProducts, upsertVariants, type WriteCounts } from '../store/products.ts';
import { listProductIds } from '../store/product-ids.ts';

/** A webhook lists this many variants of a product at most. */
const WEBHOOK_VARIANTS = 100;

/** Stores products of a bulk result with their variants. */
export async function storeProducts(ctx: Context, input: { readonly shop: string; readonly families: readonly Family[] }): Promise<{ kept: number; written: WriteCounts }> {
  const products: ShopProduct[] = [];
  const variants: ShopVariant[] = [];
  for (const { parent, children } of input.families) {
    const product = readProductNode(parent, ctx.clock());
    if (!product) continue;
    const own = children.flatMap((child) => readVariantNode(child, product.id) ?? []);
    products.push({ ...product, ...summarise(own) });
    variants.push(...own);
  }
  return { kept: products.length, written: await write(ctx, input.shop, products, variants, { complete: true }) };
}

/** A product with its variants as a webhook describes it. */
export interface DescribedProduct { readonly product: ShopProduct; readonly variants: readonly ShopVariant[] }

/** Stores one product as a webhook describes it, unless something newer is stored. */
export function storeProduct(ctx: Context, { shop, ...described }: { readonly shop: string } & DescribedProduct): Promise<void> {
  return storeDescribed(ctx, { shop, described: [described] });
}

/** Stores products as webhooks describe them, each once, unless something newer is stored. */
export async function storeDescribed(ctx: Context, input: { readonly shop: string; readonly described: readonly DescribedProduct[] }): Promise<void> {
  // By id, so that two writers lock the same rows in the same order.
  const sorted = input.described.toSorted((a, b) => (a.product.id < b.product.id ? -1 : 1));
  for (const complete of [true, false]) {
    const own = sorted.filter(({ variants }) => variants.length < WEBHOOK_VARIANTS === complete);
    if (own.length > 0) await write(ctx, input.shop, own.map(({ product }) => product), own.flatMap(({ variants }) => variants), { complete });
  }
}

/** Marks as deleted what the shop's whole list, begun at `before`, no longer holds. */
export async function deleteMissingProducts(ctx: Context, input: { readonly shop: string; readonly seen: ReadonlySet<string>; readonly before: number }): Promise<void> {
  const seen = new Set([...input.seen].map(numericId));
  const gone = (await listProductIds(ctx.db, input.shop)).filter((id) => !seen.has(id));
  if (gone.length > 0) await setProductStatus(ctx.db, input.shop, gone, 'deleted', input.before);
}

/** @param options.complete `variants` are all that the products have, so that others are removed */
function write(
  ctx: Context, shop: string, products: readonly ShopProduct[], variants: readonly ShopVariant[], options: { readonly complete: boolean },
): Promise<WriteCounts> {
  return ctx.db.transaction(async (tx) => {
    const stored = new Map((await findProducts(tx, shop, products.map(({ id }) => id))).map((row) => [row.id, row]));
    // An older description must not bring back an older stock either.
    const current = new Set(products.filter(({ id, updatedAt }) => (stored.get(id)?.updatedAt ?? 0) <= updatedAt).map(({ id }) => id));
    await upsertVariants(tx, shop, variants.filter(({ productId }) => current.has(productId)));
    if (options.complete) await deleteOtherVariants(tx, shop, [...current], variants.map(({ id }) => id));
    return upsertProducts(tx, shop, products);
  });
}
