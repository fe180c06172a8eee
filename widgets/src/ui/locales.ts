import type { Widget } from '../connectors/connect-recommendations.ts';

type Texts = Readonly<Record<Widget, string>>;

const TEXTS: Readonly<Record<string, Texts>> = {
  en: { related: 'You may also like', 'bought-together': 'Often bought together', 'for-you': 'For you' },
  de: { related: 'Das könnte Ihnen auch gefallen', 'bought-together': 'Wird oft zusammen gekauft', 'for-you': 'Für Sie' },
};

/** The widget's own heading in the page's language, English where we have none. */
export function headingFor(kind: Widget, locale: string): string {
  const language = locale.toLowerCase().split(/[-_]/)[0];
  return (Object.hasOwn(TEXTS, language) ? TEXTS[language] : TEXTS.en)[kind];
}
