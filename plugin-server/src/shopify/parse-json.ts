/**
 * JSON from the platform, without the character U+0000 in any of its texts: JSON can write it, PostgreSQL cannot store it,
 * and one product's title must not keep it from being stored.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\u0000')) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '') : value));
}
