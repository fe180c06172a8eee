import type { CatalogueNames } from '../../store/mentioned-products.ts';

/**
 * The catalogue's product id for a product that an order file names by SKU or by title; undefined if the catalogue does
 * not know it. Shopify writes a line item as "Title - Variant", and a title may hold " - " itself: the longest title
 * that fits wins.
 */
export function matchCatalogue(names: CatalogueNames, product: { readonly id: string; readonly title: string }): string | undefined {
  const bySku = names.byVariant.get(product.id);
  if (bySku !== undefined) return bySku;
  for (let title = product.title; title !== ''; title = title.slice(0, Math.max(0, title.lastIndexOf(' - ')))) {
    const id = names.byTitle.get(title);
    if (id !== undefined) return id;
  }
  return undefined;
}
