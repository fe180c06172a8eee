import type { Product, Variant } from '../generator/types.ts';
import { isVisible } from '../state.ts';
import type { ShopState } from '../state.ts';

export interface CartLine {
  readonly product: Product;
  readonly variant: Variant;
  readonly quantity: number;
}

const LINES = 50, PIECES = 99;

/**
 * The cart lives in a cookie: "variantId:quantity,variantId:quantity". What is not a visible product's variant is left
 * out, whatever the cookie says.
 */
export function readCart(state: ShopState, cookie: string | undefined): CartLine[] {
  const quantities = new Map<string, number>();
  for (const entry of (cookie ?? '').split(',').slice(0, LINES)) {
    const match = /^(\d{1,19}):(\d{1,3})$/.exec(entry);
    if (match) quantities.set(match[1], (quantities.get(match[1]) ?? 0) + Number(match[2]));
  }
  const lines: CartLine[] = [];
  for (const [id, quantity] of quantities) {
    const found = state.variantById.get(id);
    if (found && quantity > 0 && isVisible(found.product)) lines.push({ ...found, quantity: Math.min(quantity, PIECES) });
  }
  return lines;
}

export function writeCart(lines: readonly CartLine[]): string {
  return lines.map((line) => `${line.variant.id}:${line.quantity}`).join(',');
}

/** Sets or adds a quantity, never more than there is. Unknown ids change nothing. */
export function changeCart(state: ShopState, lines: readonly CartLine[], variantId: string, quantity: number, add: boolean): CartLine[] {
  const found = state.variantById.get(variantId);
  if (!found || !isVisible(found.product) || !Number.isFinite(quantity)) return [...lines];
  const before = lines.find((line) => line.variant.id === variantId)?.quantity ?? 0;
  const stock = found.variant.tracked ? Math.max(0, found.variant.quantity) : PIECES;
  const wanted = Math.max(0, Math.min(Math.trunc(add ? before + quantity : quantity), stock, PIECES));
  const next = lines.filter((line) => line.variant.id !== variantId || wanted > 0).map((line) => (line.variant.id === variantId ? { ...line, quantity: wanted } : line));
  if (before === 0 && wanted > 0 && next.length < LINES) next.push({ ...found, quantity: wanted });
  return next;
}

export function subtotal(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.variant.price * line.quantity, 0);
}

/** `product id:quantity` pairs for the page's `vitrine:cart`. */
export function cartSummary(lines: readonly CartLine[]): string {
  const pieces = new Map<string, number>();
  for (const { product, quantity } of lines) pieces.set(product.id, (pieces.get(product.id) ?? 0) + quantity);
  return [...pieces].map(([id, quantity]) => `${id}:${quantity}`).join(',');
}
