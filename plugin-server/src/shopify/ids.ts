/** "gid://shopify/Product/123" → "123". Ids beyond 2^53 exist, so they stay text. */
export function numericId(gid: unknown): string | null {
  if (typeof gid === 'number' && Number.isSafeInteger(gid)) return String(gid);
  const match = typeof gid === 'string' ? /^(?:gid:\/\/shopify\/[A-Za-z]+\/)?(\d{1,20})(?:\?.*)?$/.exec(gid) : null;
  return match ? match[1]! : null;
}

/** The kind of a global id: "Product". */
export function gidKind(gid: unknown): string | null {
  return (typeof gid === 'string' && /^gid:\/\/shopify\/([A-Za-z]+)\//.exec(gid)?.[1]) || null;
}
