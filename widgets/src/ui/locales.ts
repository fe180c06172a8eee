import { en, type Texts } from './locales/en.ts';

export type { Texts };

/** A file each: a page loads the language it is in. */
const FILES: Readonly<Record<string, () => Promise<{ readonly texts: Texts }>>> = {
  de: () => import('./locales/de.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  ja: () => import('./locales/ja.ts'),
  zh: () => import('./locales/zh-cn.ts'),
  'zh-tw': () => import('./locales/zh-tw.ts'),
};
const loaded = new Map<string, Texts>();

/** The language of ours for a locale. Chinese is written in two ways; a place stands for the one written there. */
function languageOf(locale: string): string {
  const wanted = locale.toLowerCase();
  return /^zh[-_](hant|tw|hk|mo)\b/.test(wanted) ? 'zh-tw' : wanted.split(/[-_]/)[0];
}

/** The locale of an element: its own attribute, the page's language around it, the browser's. */
export function localeOf(element: Element): string {
  return element.getAttribute('locale')?.trim() || element.closest('[lang]')?.getAttribute('lang') || navigator.language;
}

/**
 * Fetches the words of a locale. Never rejects: where we have none, or they do not come, English stays.
 * @returns undefined when they are here already
 */
export function loadTexts(locale: string): Promise<void> | undefined {
  const language = languageOf(locale);
  if (loaded.has(language) || !Object.hasOwn(FILES, language)) return undefined;
  return FILES[language]().then(({ texts }) => void loaded.set(language, texts), () => {});
}

/** Our words in this locale if they have been loaded, else in English. */
export function textsFor(locale: string): Texts {
  return loaded.get(languageOf(locale)) ?? en;
}

/** The widget's own heading. */
export function headingFor(kind: keyof Texts['headings'], locale: string): string {
  return textsFor(locale).headings[kind];
}

/**
 * Why an item is shown, in words.
 *
 * @param reason.title of the product it goes with, where there is one
 *
 * @example
 * reasonText({ source: 'bought-with', title: 'Théière' }, 'fr'); // "Souvent acheté avec Théière"
 */
export function reasonText({ source, title }: { readonly source: keyof Texts['reasons']; readonly title?: string }, locale: string): string {
  const { reasons, reasonsWith } = textsFor(locale);
  const pattern = title && Object.hasOwn(reasonsWith, source) ? reasonsWith[source as keyof Texts['reasonsWith']] : undefined;
  // As a function: a title may hold "$&".
  return pattern ? pattern.replace('{title}', () => title!) : reasons[source];
}
