import type { texts as english } from './locales/en.ts';

/** The headings in English, which every page has at hand: what is shown until other words are there, or where there are none. */
const HEADINGS = {
  related: 'You may also like',
  'bought-together': 'Often bought together',
  'for-you': 'For you',
  trending: 'Trending now',
  'recently-viewed': 'Recently viewed',
  'buy-again': 'Buy again',
  'similar-cheaper': 'Similar, for less',
  'similar-dearer': 'Similar, a step up',
};

type Reasons = { readonly [Group in keyof typeof english]: { readonly [Key in keyof (typeof english)[Group]]: string } };
/** All words of a language. */
export type Texts = Reasons & { readonly headings: Readonly<Record<keyof typeof HEADINGS, string>> };

/** A file each: a page loads the language it is in, and an English one only where reasons are given. */
const FILES: Readonly<Record<string, () => Promise<{ readonly texts: Texts | Reasons }>>> = {
  de: () => import('./locales/de.ts'),
  en: () => import('./locales/en.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  ja: () => import('./locales/ja.ts'),
  zh: () => import('./locales/zh-cn.ts'),
  'zh-tw': () => import('./locales/zh-tw.ts'),
};
const loaded = new Map<string, Reasons & Partial<Texts>>();

/** The language of ours for a locale. Chinese is written in two ways; a place stands for the one written there. */
function languageOf(locale: string): string {
  const wanted = locale.toLowerCase();
  const language = /^zh[-_](hant|tw|hk|mo)\b/.test(wanted) ? 'zh-tw' : wanted.split(/[-_]/)[0];
  return Object.hasOwn(FILES, language) ? language : 'en';
}

/** The locale of an element: its own attribute, the page's language around it, the browser's. */
export function localeOf(element: Element): string {
  return element.getAttribute('locale')?.trim() || element.closest('[lang]')?.getAttribute('lang') || navigator.language;
}

/**
 * Fetches the words of a locale. Never rejects: where they do not come, the English headings stay.
 *
 * @param reasons whether items say why they are there
 * @returns undefined when what is wanted is here already
 */
export function loadTexts(locale: string, reasons = true): Promise<void> | undefined {
  const language = languageOf(locale);
  if (loaded.has(language) || (language === 'en' && !reasons)) return undefined;
  return FILES[language]().then(({ texts }) => void loaded.set(language, texts), () => {});
}

/** The widget's own heading. */
export function headingFor(kind: keyof typeof HEADINGS, locale: string): string {
  return (loaded.get(languageOf(locale))?.headings ?? HEADINGS)[kind];
}

/**
 * Why an item is shown, in words; "" until they are loaded.
 *
 * @param reason.title of the product it goes with, where there is one
 *
 * @example
 * reasonText({ source: 'bought-with', title: 'Théière' }, 'fr'); // "Souvent acheté avec Théière"
 */
export function reasonText({ source, title }: { readonly source: keyof Reasons['reasons']; readonly title?: string }, locale: string): string {
  const texts = loaded.get(languageOf(locale));
  const pattern = title && texts && Object.hasOwn(texts.reasonsWith, source) ? texts.reasonsWith[source as keyof Reasons['reasonsWith']] : undefined;
  // As a function: a title may hold "$&".
  return pattern ? pattern.replace('{title}', () => title!) : texts?.reasons[source] ?? '';
}
