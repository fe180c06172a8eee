import { VitrineError } from '@vitrine/sdk/core';
import { resolveColumns } from './columns.ts';
import type { Role } from './columns.ts';
import { currencyCode } from './currency-code.ts';
import type { DropCounter } from './drops.ts';
import type { Source } from './open-source.ts';
import { readCsv } from './read-csv.ts';
import type { CsvHeader } from './read-csv.ts';
import { readNumber } from './read-number.ts';
import type { TimeReader } from './read-time.ts';
import { RecordSet } from './row-hash.ts';
import type { ProductRow, ProductStatus, VariantRow } from '../../store/products.ts';

export interface ReadProductsOptions {
  readonly map: ReadonlyMap<string, string>;
  readonly times: TimeReader;
  readonly drops: DropCounter;
  /** Stands for "changed" where the file has no such column, ms since 1970. */
  readonly now: number;
  readonly onProgress?: (rows: number) => void;
}

/** A catalogue as read. Fields the file has no column for are absent and keep their stored value. */
export interface ReadProducts {
  readonly products: readonly FileProduct[];
  readonly variants: readonly VariantRow[];
  readonly currencies: ReadonlySet<string>;
  readonly rowsRead: number;
}

export type FileProduct = Partial<Omit<ProductRow, 'id' | 'title' | 'updatedAt'>> & Pick<ProductRow, 'id' | 'title' | 'updatedAt'>;

type Draft = { -readonly [Key in keyof FileProduct]: FileProduct[Key] };

const STATUSES: ReadonlyMap<string, ProductStatus> = new Map<string, ProductStatus>([
  ['active', 'active'], ['draft', 'draft'], ['archived', 'archived'], ['deleted', 'deleted'],
  ['enabled', 'active'], ['disabled', 'draft'], ['inactive', 'draft'], ['discontinued', 'archived'],
]);
const NO = new Set(['false', 'no', 'n', '0', 'off', 'hidden', 'nein', 'non']);

/**
 * Reads a product CSV: Shopify's product export (a product takes a row for each variant and picture, and only its first
 * row is complete) or a plain one.
 *
 * @throws VitrineError `bad_input`
 */
export async function readProducts(source: Source, header: CsvHeader, options: ReadProductsOptions): Promise<ReadProducts> {
  const { drops, times } = options;
  const column = resolveColumns(source.name, header.columns, 'products', options.map);
  const has = (role: Role): boolean => column.has(role);
  const drafts = new Map<string, Draft>();
  const updated = new Map<string, ReturnType<TimeReader['read']>>();
  const created = new Map<string, ReturnType<TimeReader['read']>>();
  const variants = new Map<string, VariantRow>();
  const currencies = new Set<string>();
  const seen = new RecordSet();
  let rowsRead = 0;

  await readCsv(source, header, (fields, line) => {
    rowsRead++;
    const get = (role: Role): string => {
      const at = column.get(role);
      return at === undefined ? '' : fields[at].trim();
    };
    if (fields.every((field) => field.trim() === '')) return drops.add('empty', line);
    if (!seen.add(fields)) return drops.add('duplicate', line);
    const id = get('product');
    const title = get('title').replace(/\s+/g, ' ');
    const price = get('price') === '' ? Number.NaN : readNumber(get('price'));
    let draft = drafts.get(id);
    if (id === '' || (!draft && title === '')) return drops.add('missing_product', line);
    if (get('price') !== '' && !(price >= 0)) return drops.add('bad_price', line);
    if (!draft) {
      draft = { id, title, updatedAt: options.now };
      drafts.set(id, draft);
    }
    if (title !== '') draft.title = title;
    if (has('handle')) draft.handle ||= get('handle') || null;
    if (has('type')) draft.productType ||= get('type');
    if (has('vendor')) draft.vendor ||= get('vendor');
    if (has('tags') && !draft.tags?.length) draft.tags = [...new Set(get('tags').split(/[,;|]/).map((tag) => tag.trim()).filter((tag) => tag !== ''))];
    if (has('image')) draft.imageUrl ||= webAddress(get('image'));
    if (has('status') && get('status') !== '') {
      const status = STATUSES.get(get('status').toLowerCase());
      if (!status) throw new VitrineError('bad_input', `${source.name}, line ${line}: "${get('status')}" is not a status. Use active, draft or archived.`);
      draft.status = status;
    }
    if (has('published') && get('published') !== '') draft.published = !NO.has(get('published').toLowerCase());
    if (has('currency') && get('currency') !== '') currencies.add(currencyCode(get('currency'), source.name, line));
    readTime('updated', updated);
    readTime('created', created);

    if (has('price')) draft.price = Number.isNaN(price) ? draft.price ?? null : Math.min(price, draft.price ?? Infinity);
    const stockText = get('stock').toLowerCase();
    const stock = stockText === '' ? Number.NaN : /^(true|yes|y|in stock|ja|oui)$/.test(stockText) ? 1 : NO.has(stockText) || stockText === 'out of stock' ? 0 : readNumber(stockText);
    if (has('stock') && stockText !== '') draft.available = draft.available === true || stock > 0;
    if (get('sku') !== '') {
      variants.set(get('sku'), {
        id: get('sku'), productId: id, inventoryItemId: null, price: Number.isNaN(price) ? null : price,
        tracked: !Number.isNaN(stock), quantity: Number.isNaN(stock) ? 0 : Math.trunc(Math.max(-2e9, Math.min(stock, 2e9))),
      });
    }

    function readTime(role: 'updated' | 'created', into: typeof updated): void {
      if (get(role) === '') return;
      const time = times.read(get(role), line);
      if (time) into.set(id, time);
    }
  }, { onChunk: () => options.onProgress?.(rowsRead) });

  const order = times.dayOrder();
  const products = [...drafts.values()].map((draft) => ({
    ...draft,
    ...(has('updated') ? { updatedAt: Math.min(updated.get(draft.id)?.[order] ?? options.now, options.now) } : {}),
    ...(has('created') ? { createdAt: created.get(draft.id)?.[order] ?? null } : {}),
  }));
  return { products, variants: [...variants.values()], currencies, rowsRead };
}

/** Only http(s) addresses are kept: the storefront puts them into `src`. */
function webAddress(text: string): string | null {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}
