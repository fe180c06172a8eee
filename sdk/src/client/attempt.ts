/**
 * What `read` gives, or undefined where it throws: a browser that blocks storage throws on the mere mention of it.
 *
 * @example
 * const storage = attempt(() => globalThis.localStorage);
 */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
