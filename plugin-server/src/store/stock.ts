import { STOCK } from '@vitrine/sdk/core';
import type { Database } from './database.ts';

export type StockLevel = (typeof STOCK)[number];

/** Pieces of a product up to which its stock is low, and then some. */
const LOW = 5;
const SOME = 50;

/** How much is left of each product with variants: what is not counted is plenty. Never the number itself, which is the shop's own business. */
export async function readStock(db: Database, shop: string): Promise<Map<string, StockLevel>> {
  const rows = await db.query<{ product_id: string; level: StockLevel }>(
    `SELECT product_id, CASE WHEN bool_or(NOT tracked) OR sum(greatest(quantity, 0)) > ${SOME} THEN 'plenty' WHEN sum(greatest(quantity, 0)) > ${LOW} THEN 'some' ELSE 'low' END AS level
     FROM variants WHERE shop_id = $1 GROUP BY product_id`, [shop]);
  return new Map(rows.map(({ product_id, level }) => [product_id, level]));
}
