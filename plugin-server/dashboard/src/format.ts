/** How the dashboard writes numbers, sizes and times: in English, with the owner's own clock. */
const LOCALE = 'en-GB';
const whole = new Intl.NumberFormat(LOCALE);

/** 20134 → "20,134". */
export const formatCount = (value: number): string => whole.format(value);

/** 1 order, 2 orders. */
export const formatPlural = (value: number, one: string, many = `${one}s`): string => `${whole.format(value)} ${value === 1 ? one : many}`;

/** 0.0412 → "4.1 %". Never rounds something down to nothing. */
export function formatShare(value: number): string {
  if (value > 0 && value < 0.001) return 'under 0.1 %';
  return `${(value * 100).toFixed(value < 0.0995 ? 1 : 0)} %`;
}

/** 0.31 → "31", of a hundred; small shares keep a digit. */
export function formatOfHundred(value: number): string {
  const hundred = value * 100;
  return hundred > 0 && hundred < 0.1 ? 'fewer than 0.1' : hundred.toFixed(hundred < 9.95 && hundred % 1 !== 0 ? 1 : 0).replace(/\.0$/, '');
}

/** 412345 → "412 kB": decimal units, as downloads are counted. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${(bytes / 1000).toFixed(bytes < 9950 ? 1 : 0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0)} MB`;
}

/** Seconds as a person says them: "45 s", "2 min 5 s", "1 h 10 min". */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  if (total < 3600) return total % 60 === 0 ? `${total / 60} min` : `${Math.floor(total / 60)} min ${total % 60} s`;
  const minutes = Math.round(total / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const calendarDay = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

/** "23 Nov 2026". */
export const formatDay = (time: number): string => day.format(time);

/** "23 Nov, 10:15". */
export const formatMoment = (time: number): string => moment.format(time);

/** "2026-11-23" → "Mon 23 Nov", whatever the viewer's zone. */
export const formatCalendarDay = (date: string): string => calendarDay.format(Date.parse(`${date}T00:00:00Z`)).replace(',', '');

/** "just now", "12 minutes ago", "3 hours ago", "5 days ago". */
export function formatAgo(time: number, now: number): string {
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${formatPlural(minutes, 'minute')} ago`;
  if (minutes < 48 * 60) return `${formatPlural(Math.floor(minutes / 60), 'hour')} ago`;
  return `${formatPlural(Math.floor(minutes / 1440), 'day')} ago`;
}
