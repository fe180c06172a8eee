/**
 * An address that may stand in a link or an image: http, https, or relative to the page. Everything else (`javascript:`,
 * `data:`) gives null.
 */
export function safeUrl(url: string | null, base: string): string | null {
  if (!url) return null;
  try {
    const { protocol, href } = new URL(url, base);
    return protocol === 'https:' || protocol === 'http:' ? href : null;
  } catch {
    return null;
  }
}
