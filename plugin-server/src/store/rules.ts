import type { Rule } from '@vitrine/sdk/core';
import type { Database } from './database.ts';

/** A shop's rules, the oldest first. */
export async function listRules(db: Database, shop: string): Promise<Rule[]> {
  const rows = await db.query<{ rule_id: string; rule: Rule }>(`SELECT rule_id, rule FROM rules WHERE shop_id = $1 ORDER BY created_at, rule_id`, [shop]);
  return rows.map(({ rule_id, rule }) => ({ id: rule_id, ...rule }));
}

export async function insertRule(db: Database, shop: string, { id, ...rule }: Rule & { readonly id: string }, createdAt: number): Promise<void> {
  await db.query(`INSERT INTO rules (shop_id, rule_id, rule, created_at) VALUES ($1, $2, $3::text::jsonb, to_timestamp($4::float8 / 1000))`,
    [shop, id, JSON.stringify(rule), createdAt]);
}

/** False when there is no such rule. */
export async function deleteRule(db: Database, shop: string, id: string): Promise<boolean> {
  return (await db.query(`DELETE FROM rules WHERE shop_id = $1 AND rule_id = $2 RETURNING 1`, [shop, id])).length > 0;
}
