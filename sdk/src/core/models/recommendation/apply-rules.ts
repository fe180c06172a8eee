import { plain } from '../../check.ts';
import { compileFilter } from './filter.ts';
import type { RecommendationModel } from './load.ts';
import { checkRule, DEFAULT_FACTOR, RULE_LIMITS, type Rule } from './rules.ts';
import type { RankRequest, RowSet } from './types.ts';

/** What a request's filter and rules come to for one catalogue. */
export interface Shape {
  /** The only rows that may be returned; null: all. */
  readonly allowed: RowSet | null;
  /** By what a row counts as more or less likely, where that is not 1. */
  readonly factor: ReadonlyMap<number, number>;
  /** What such a factor adds to a score: its logarithm, as a score says an item's odds. Rounded to 1/1024, so that every machine adds the same. */
  readonly added: ReadonlyMap<number, number>;
  /** Whether a product may be shown that comes with its id, and need not be in the model. */
  mayStand(id: string): boolean;
  readonly pins: readonly { readonly id: string; readonly position: number }[];
}

/** The last request's answer: a page's widgets and a visit's pages mostly ask for the same. */
const last = new WeakMap<RecommendationModel, { readonly key: string; readonly shape: Shape }>();

/**
 * What the filter and the rules let through, move and pin. Everything that leaves out comes before everything that puts
 * in: a pin that a filter or an exclusion does not let through is not shown, and neither is one of which the model knows nothing where a
 * filter asks for attributes.
 *
 * @throws VitrineError `bad_input` for a filter or a rule that is none
 */
export function applyRules(model: RecommendationModel, { filter, rules = [] }: Pick<RankRequest, 'filter' | 'rules'>): Shape {
  const key = JSON.stringify([filter, rules]);
  const known = last.get(model);
  if (known?.key === key) return known.shape;
  if (filter !== undefined) plain(filter, 'filter');
  const checked = rules.map((rule, at) => checkRule(rule, `rules[${at}]`));
  const { items } = model.config;

  const mask = new Uint8Array(items).fill(1);
  const exceptIds = new Set<string>();
  const onlyIds: Set<string>[] = [];
  const keep = (passes: (row: number) => boolean) => { for (let row = 0; row < items; row++) if (mask[row] && !passes(row)) mask[row] = 0; };
  if (filter) keep(compileFilter(model, filter));
  for (const rule of checked) {
    const matches = rule.action === 'exclude' || rule.action === 'only' ? matcher(model, rule) : undefined;
    if (!matches) continue;
    keep(rule.action === 'only' ? matches : (row) => !matches(row));
    if (rule.productIds && rule.action === 'only') onlyIds.push(new Set(rule.productIds));
    else for (const id of rule.productIds ?? []) exceptIds.add(id);
  }

  const factor = new Map<number, number>();
  for (const rule of checked) {
    if (rule.action !== 'boost' && rule.action !== 'bury') continue;
    const by = rule.factor ?? DEFAULT_FACTOR;
    eachMatch(model, rule, (row) => factor.set(row, (factor.get(row) ?? 1) * (rule.action === 'boost' ? by : 1 / by)));
  }
  for (const [row, by] of factor) factor.set(row, Math.min(RULE_LIMITS.factor, Math.max(1 / RULE_LIMITS.factor, by)));

  const asksAttributes = filter !== undefined || checked.some((rule) => rule.action === 'only' && rule.filter);
  const mayStand = (id: string) => {
    const row = model.rowOf.get(id);
    return row !== undefined ? mask[row] === 1 : !asksAttributes && !exceptIds.has(id) && onlyIds.every((ids) => ids.has(id));
  };
  const taken = new Set<number>();
  const pinned = new Set<string>();
  const pins: { id: string; position: number }[] = [];
  for (const { action, productIds = [], position = 0 } of checked) {
    if (action !== 'pin') continue;
    let place = position;
    for (const id of productIds) {
      if (pinned.has(id) || !mayStand(id)) continue;
      while (taken.has(place)) place++; // who came first stays
      pins.push({ id, position: place });
      taken.add(place);
      pinned.add(id);
    }
  }

  pins.sort((a, b) => a.position - b.position);

  const size = mask.reduce((sum, bit) => sum + bit, 0);
  const added = new Map([...factor].map(([row, by]) => [row, Math.round(Math.log(by) * 1024) / 1024]));
  const shape: Shape = { allowed: size < items ? { size, has: (row) => mask[row] === 1 } : null, factor, added, mayStand, pins };
  last.set(model, { key, shape });
  return shape;
}

function matcher(model: RecommendationModel, { productIds, filter }: Rule): (row: number) => boolean {
  if (productIds) {
    const rows = new Set(productIds.map((id) => model.rowOf.get(id)));
    return (row) => rows.has(row);
  }
  // A catalogue without attributes has no item with the ones a rule names.
  return model.attributes ? compileFilter(model, filter!) : () => false;
}

function eachMatch(model: RecommendationModel, rule: Rule, use: (row: number) => void): void {
  if (rule.productIds) {
    for (const row of new Set(rule.productIds.map((id) => model.rowOf.get(id)))) if (row !== undefined) use(row);
    return;
  }
  const matches = matcher(model, rule);
  for (let row = 0; row < model.config.items; row++) if (matches(row)) use(row);
}
