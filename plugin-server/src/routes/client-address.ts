import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context as Request } from 'hono';

const PRIVATE = /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)|^(::1$|f[cd])/i;

/**
 * The address a request comes from, to limit it by; never stored. A proxy on a private network is believed about whom
 * it speaks for, and only about the last hop, which it has seen itself.
 */
export function clientAddress(c: Request): string {
  let peer = '';
  try {
    peer = getConnInfo(c).remote.address ?? '';
  } catch { /* no socket behind app.request() */ }
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
  return forwarded && (peer === '' || PRIVATE.test(peer)) ? forwarded : peer;
}

/** Whether an address is this machine or its private network, or there is none. */
export function isNearby(address: string): boolean {
  return address === '' || PRIVATE.test(address);
}
