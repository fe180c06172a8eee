import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** The themes there are: an airy one with serifs on paper, a dense dark one with rounded cards. */
export const THEMES = ['paper', 'night'] as const;
export type Theme = (typeof THEMES)[number];

/** How a page is dressed: `?theme=night&lang=ar` in any address, and from then on. */
export interface Look {
  readonly theme: Theme;
  /** BCP 47. The shop's own words stay English; language and direction are what others go by. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
}

const RIGHT_TO_LEFT = /^(ar|he|fa|ur|yi|dv|ps)(-|$)/i;

/** The look this visitor has chosen, else the shop's. */
export function readLook(c: Context, theme: Theme = 'paper'): Look {
  const chosen = (name: string): string | undefined => {
    const value = c.req.query(name);
    if (value !== undefined) setCookie(c, `look_${name}`, value.slice(0, 20), { path: '/', sameSite: 'Lax' });
    return value ?? getCookie(c, `look_${name}`);
  };
  const named = chosen('theme') as Theme;
  const lang = chosen('lang') ?? 'en';
  const language = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(lang) ? lang : 'en';
  return { theme: THEMES.includes(named) ? named : theme, lang: language, dir: RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr' };
}
