/**
 * The part of the platform's search syntax that apps use on `products` and `orders`: `field:value`, `field:>=value`, joined by
 * AND or blanks, with quotes. An unknown field finds nothing here (the platform ignores it with a warning), so that a mistyped
 * filter shows.
 */
export interface Searchable { readonly id: string; readonly createdAt: number; readonly updatedAt: number }

type Compare = (a: number, b: number) => boolean;
const COMPARE: Readonly<Record<string, Compare>> = {
  '>=': (a, b) => a >= b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '<': (a, b) => a < b, '': (a, b) => a === b,
};

/** Turns a query into a test. `texts` gives the item's other fields. */
export function compileSearch<Item extends Searchable>(query: string, texts: Readonly<Record<string, (item: Item) => string>>): (item: Item) => boolean {
  const tests: ((item: Item) => boolean)[] = [];
  for (const [, name, sign, quoted, bare] of query.matchAll(/(\w+):(>=|<=|>|<)?(?:['"]([^'"]*)['"]|(\S+))/g)) {
    const value = quoted ?? bare;
    const compare = COMPARE[sign ?? ''];
    if (name === 'created_at' || name === 'updated_at' || name === 'processed_at') {
      const at = Date.parse(value);
      tests.push((item) => compare(name === 'updated_at' ? item.updatedAt : item.createdAt, at));
    } else if (name === 'id') {
      tests.push((item) => compare(Number(item.id), Number(value)));
    } else if (Object.hasOwn(texts, name)) {
      const wanted = value.toLowerCase().split(',');
      tests.push((item) => wanted.includes(texts[name](item).toLowerCase()));
    } else {
      tests.push(() => false);
    }
  }
  return (item) => tests.every((test) => test(item));
}
