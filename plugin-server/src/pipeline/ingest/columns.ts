import { VitrineError } from '@vitrine/sdk/core';

/** What a column of a file can be. */
export type Role =
  | 'order' | 'line' | 'product' | 'title' | 'quantity' | 'price' | 'time' | 'customer' | 'currency'
  | 'sku' | 'handle' | 'type' | 'vendor' | 'tags' | 'image' | 'status' | 'published' | 'stock' | 'updated' | 'created';

/** Usual names of each role, without case, spaces and punctuation. The first that the file has is taken. */
const ORDER_LINE_NAMES = {
  order: ['order', 'orderid', 'ordernumber', 'orderno', 'invoice', 'invoiceid', 'invoiceno', 'invoicenumber', 'transactionid', 'transaction',
    'basketid', 'receiptid', 'receiptno', 'bestellnummer', 'bestellung', 'auftragsnummer', 'rechnungsnummer', 'commande', 'numerocommande', 'pedido'],
  line: ['lineid', 'orderlineid', 'lineitemid', 'orderitemid'],
  product: ['product', 'productid', 'stockcode', 'sku', 'item', 'itemid', 'itemcode', 'articleid', 'articlenumber', 'article', 'productcode',
    'productsku', 'variantsku', 'asin', 'artikelnummer', 'artikel', 'produkt', 'produktid', 'produit', 'producto'],
  title: ['title', 'description', 'productname', 'producttitle', 'productdescription', 'itemname', 'itemdescription', 'name', 'bezeichnung',
    'beschreibung', 'artikelname', 'artikelbezeichnung', 'designation', 'descripcion'],
  quantity: ['quantity', 'qty', 'units', 'amountordered', 'quantityordered', 'count', 'pieces', 'menge', 'anzahl', 'quantite', 'cantidad'],
  price: ['unitprice', 'price', 'itemprice', 'priceeach', 'unitcost', 'saleprice', 'einzelpreis', 'preis', 'prix', 'prixunitaire', 'precio'],
  time: ['time', 'date', 'datetime', 'timestamp', 'orderdate', 'ordertime', 'orderedat', 'invoicedate', 'createdat', 'created', 'purchasedate',
    'purchasetime', 'transactiondate', 'eventdate', 'datum', 'bestelldatum', 'rechnungsdatum', 'datecommande', 'fecha'],
  customer: ['customer', 'customerid', 'customerno', 'customernumber', 'userid', 'user', 'clientid', 'client', 'buyerid', 'memberid',
    'email', 'customeremail', 'kundennummer', 'kunde', 'kundenid', 'cliente'],
  currency: ['currency', 'currencycode', 'waehrung', 'wahrung', 'devise', 'moneda'],
  status: ['status', 'orderstatus', 'financialstatus', 'paymentstatus'],
} as const satisfies Partial<Record<Role, readonly string[]>>;

const PRODUCT_NAMES = {
  product: ['id', 'productid', 'product', 'stockcode', 'itemid', 'item', 'articleid', 'articlenumber', 'productcode', 'artikelnummer', 'sku', 'asin'],
  sku: ['sku', 'variantsku', 'productsku'],
  handle: ['handle', 'slug', 'urlhandle'],
  title: ['title', 'name', 'productname', 'producttitle', 'description', 'bezeichnung', 'artikelname'],
  type: ['type', 'producttype', 'category', 'productcategory', 'kategorie', 'categorie', 'categoria'],
  vendor: ['vendor', 'brand', 'manufacturer', 'marke', 'hersteller', 'marque', 'marca'],
  tags: ['tags', 'tag', 'keywords', 'labels'],
  price: ['price', 'unitprice', 'variantprice', 'saleprice', 'preis', 'prix', 'precio'],
  image: ['image', 'imageurl', 'imagesrc', 'imagelink', 'picture', 'photo', 'bild'],
  status: ['status', 'state'],
  published: ['published', 'visible', 'publishedononlinestore'],
  stock: ['stock', 'inventory', 'quantity', 'qty', 'available', 'instock', 'stockquantity', 'variantinventoryqty', 'bestand'],
  updated: ['updatedat', 'updated', 'modified', 'lastmodified'],
  created: ['createdat', 'created'],
  currency: ['currency', 'currencycode'],
} as const satisfies Partial<Record<Role, readonly string[]>>;

const NAMES = { 'order-lines': ORDER_LINE_NAMES, products: PRODUCT_NAMES } as const;
const REQUIRED: Record<keyof typeof NAMES, readonly Role[]> = { 'order-lines': ['order', 'product', 'time'], products: ['product', 'title'] };

/** Lower case, letters and digits only, without accents: "Invoice No." and "InvoiceNo" are the same name. */
export function plainName(name: string): string {
  return name.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Position of each role's column. */
export type ColumnOf = ReadonlyMap<Role, number>;

/**
 * Finds the columns of a plain CSV by their names.
 *
 * @param map what the person said, e.g. `{ product: "StockCode" }`; it wins. An empty name leaves a role out.
 * @throws VitrineError `bad_input` that lists the columns found, when one is missing
 */
export function resolveColumns(
  file: string, columns: readonly string[], kind: keyof typeof NAMES, map: ReadonlyMap<string, string> = new Map(),
): ColumnOf {
  const names: Partial<Record<Role, readonly string[]>> = NAMES[kind];
  const plain = columns.map(plainName);
  const found = new Map<Role, number>();
  for (const [role, wanted] of map) {
    if (!Object.hasOwn(names, role)) {
      throw new VitrineError('bad_usage', `--map: "${role}" is not a role of ${kind}. Roles: ${Object.keys(names).join(', ')}.`);
    }
    if (wanted === '') continue;
    const exact = columns.indexOf(wanted);
    const at = exact >= 0 ? exact : plain.indexOf(plainName(wanted));
    if (at < 0) throw new VitrineError('bad_input', `${file}: --map ${role}=${wanted}: there is no such column. Columns: ${columns.join(', ')}.`);
    found.set(role as Role, at);
  }
  const taken = new Set(found.values());
  for (const [role, spellings] of Object.entries(names) as [Role, readonly string[]][]) {
    if (map.has(role)) continue;
    const at = spellings.map((name) => plain.indexOf(name)).find((index) => index >= 0 && !taken.has(index));
    if (at !== undefined) { found.set(role, at); taken.add(at); }
  }
  // A file without ids still tells products apart by what it calls them.
  if (!found.has('product') && !map.has('product')) {
    const other = kind === 'products' ? found.get('handle') ?? found.get('sku') : found.get('title');
    if (other !== undefined) found.set('product', other);
  }
  const missing = REQUIRED[kind].filter((role) => !found.has(role));
  if (missing.length > 0) {
    throw new VitrineError('bad_input', `${file}: found no column for ${missing.join(', ')}. Columns: ${columns.join(', ')}. Name them with --map ${missing.map((role) => `${role}=COLUMN`).join(',')}.`);
  }
  return found;
}

/** Positions of the columns of a file whose names are fixed (Shopify's exports); a name occurs once. */
export function indexColumns(columns: readonly string[]): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  columns.forEach((name, at) => { if (!index.has(plainName(name))) index.set(plainName(name), at); });
  return index;
}

/**
 * Reads `--map product=StockCode,time=InvoiceDate`.
 *
 * @throws VitrineError `bad_usage`
 */
export function parseMap(text: string): Map<string, string> {
  const map = new Map<string, string>();
  if (text === '') return map;
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new VitrineError('bad_usage', `--map: "${pair}" is not role=column. Write --map product=StockCode,time=InvoiceDate.`);
    map.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return map;
}
