/** The shop of the kill tests. */
export const SHOP = 'kill.myshopify.com';

const ORDERS = 400;

/** Lines of the `part`-th imported file: its own order ids, as many lines an order as {@link linesOf} says. */
export function importLines(part: number): string {
  const lines = ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID'];
  for (let order = 0; order < ORDERS; order++) {
    const id = orderId(part, order);
    const day = new Date(Date.UTC(2026, 0, 1) + (part * 97 + order) % 300 * 86_400_000).toISOString().slice(0, 10);
    for (let line = 0; line < linesOf(id); line++) lines.push(`${id},p${(order * 7 + line * 3 + part) % 60},Product,1,${day} 10:00:00,2.50,${order % 90 + 1}`);
  }
  return lines.join('\n');
}

/** Ids of a part's orders. */
export const orderIds = (part: number): string[] => Array.from({ length: ORDERS }, (_, order) => orderId(part, order));

/** How many lines an imported order has. */
export const linesOf = (id: string): number => 1 + Number(id) % 4;

const orderId = (part: number, order: number): string => String(10_000_000 + part * 1_000 + order);
