import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context as Request } from 'hono';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Config } from '../config.ts';
import { requestHeader } from './wire.ts';

const PRIVATE = /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)|^(::1$|f[cd])/i;

/**
 * The address a request comes from, to limit it by; never stored. Proxies on a private network, and those of
 * `TRUSTED_PROXIES`, are believed about whom they speak for: of the list they hand on, the last address that is not one of
 * theirs. What stands before it anybody may have written. Of an IPv6 address the first 56 bits count, which is what one
 * customer of a provider has: with the rest they could make up addresses without end.
 */
export function clientAddress(c: Request, config: Pick<Config, 'trustedProxies'>): string {
  let peer = '';
  try {
    peer = getConnInfo(c).remote.address ?? '';
  } catch { /* no socket behind app.request() */ }
  const forwarded = requestHeader(c, 'x-forwarded-for');
  if (!forwarded && !peer.includes(':')) return peer; // as most requests on a machine without a proxy
  let address = peer;
  const hops = forwarded?.split(',') ?? [];
  while (hops.length > 0 && isTrusted(address, config)) address = hops.pop()!.trim().replace(/^\[?([^\]]*?)\]?(?::\d+)?$/, (whole, inner: string) => (isIP(inner) ? inner : whole));
  return isIP(address) ? network(address) : peer;
}

/** Whether an address is this machine or its private network, or there is none. */
export function isNearby(address: string): boolean {
  return address === '' || PRIVATE.test(address);
}

const lists = new WeakMap<readonly string[], BlockList>();

function isTrusted(address: string, { trustedProxies = [] }: Pick<Config, 'trustedProxies'>): boolean {
  if (isNearby(address)) return true;
  if (trustedProxies.length === 0 || !isIP(address)) return false;
  let list = lists.get(trustedProxies);
  if (!list) {
    lists.set(trustedProxies, (list = new BlockList()));
    for (const each of trustedProxies) {
      const [net, bits] = each.split('/');
      const family = isIPv6(net) ? 'ipv6' : 'ipv4';
      list.addSubnet(net, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** An IPv4 address as it is, of an IPv6 address the first 56 bits. */
function network(address: string): string {
  const [, v4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (v4) return v4;
  if (!isIPv6(address)) return address;
  const [head, tail] = address.split('%')[0].split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right].map((group) => parseInt(group, 16) || 0);
  if (isNearby(address)) return address;
  return `${[groups[0], groups[1], groups[2], groups[3] & 0xff00].map((group) => group.toString(16)).join(':')}::/56`;
}
