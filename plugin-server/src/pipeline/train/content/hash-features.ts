import type { ProductContent } from '../../types.ts';

/** One thing said of a product: a number that stands for it, and how much of it there is. */
export interface Feature {
  /** In [0, BUCKETS). */
  readonly bucket: number;
  readonly value: number;
}

/** What a feature speaks of. Each field of a product counts as a whole, however many features it has. */
export const FIELDS = ['word', 'pair', 'gram', 'type', 'vendor', 'tag', 'price'] as const;
export type Field = (typeof FIELDS)[number];

/** Features are numbered by their hash: no list of words to keep, and a word never seen before has a number too. */
export const BUCKETS = 1 << 20;
/** Letters in a row, the ends of a word included. */
const GRAM = 4;
/** Buckets of the price in a doubling. */
const PER_DOUBLING = 2;

/**
 * The features of a product, by field: the words of its title, two that follow each other, parts of words, type, vendor,
 * tags, and its price on a scale of doublings, shared between the two nearest buckets.
 */
export function hashFeatures({ title, productType, vendor, tags, price }: ProductContent): Map<Field, Feature[]> {
  const words = wordsOf(title);
  const named = (field: Field, texts: Iterable<string>) => [field, [...new Set(texts)].map((text) => ({ bucket: bucketOf(field, text), value: 1 }))] as const;
  return new Map<Field, Feature[]>([
    named('word', words),
    named('pair', words.slice(1).map((word, at) => `${words[at]} ${word}`)),
    named('gram', words.flatMap(gramsOf)),
    named('type', plain(productType)),
    named('vendor', plain(vendor)),
    named('tag', tags.flatMap(plain)),
    ['price', priceFeatures(price)],
  ]);
}

/** Letters and digits of any script, without case. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function plain(text: string): string[] {
  const words = wordsOf(text);
  return words.length > 0 ? [words.join(' ')] : [];
}

function gramsOf(word: string): string[] {
  const letters = Array.from(`^${word}$`);
  if (letters.length <= GRAM) return [letters.join('')];
  return Array.from({ length: letters.length - GRAM + 1 }, (_, at) => letters.slice(at, at + GRAM).join(''));
}

function priceFeatures(price: number | null): Feature[] {
  if (price === null || !(price > 0) || !Number.isFinite(price)) return [];
  const place = PER_DOUBLING * Math.log2(price);
  const below = Math.floor(place);
  const share = place - below;
  return [[below, 1 - share], [below + 1, share]].filter(([, value]) => value > 0).map(([bucket, value]) => ({ bucket: bucketOf('price', String(bucket)), value }));
}

/** FNV-1a over UTF-16 units, mixed once more so that the low bits depend on all of the text. */
export function bucketOf(field: Field, text: string): number {
  let hash = 0x811c9dc5;
  for (const part of [field, '\0', text]) {
    for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0 & (BUCKETS - 1);
}
