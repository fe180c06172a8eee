/**
 * Reads a number as people write it in files: "2.55", "2,55", "1,234.50", "1.234,50", "£ 3", "(4.20)" for minus.
 * Of two separators the later is the decimal one. A single comma before exactly three digits groups thousands; any
 * other single comma is decimal. Returns NaN for anything else.
 */
export function readNumber(text: string): number {
  let value = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value); // nearly every value
  const negative = /^\(.*\)$/.test(value);
  value = value.replace(/[()\s\p{Sc}'’]|^[A-Z]{3}|[A-Z]{3}$/gu, '');
  const comma = value.lastIndexOf(',');
  const dot = value.lastIndexOf('.');
  if (comma >= 0 && dot >= 0) {
    value = comma > dot ? value.replaceAll('.', '').replace(',', '.') : value.replaceAll(',', '');
  } else if (comma >= 0) {
    value = /^[-+]?\d{1,3}(,\d{3})+$/.test(value) ? value.replaceAll(',', '') : value.replace(',', '.');
  }
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) return Number.NaN;
  return negative ? -Number(value) : Number(value);
}
