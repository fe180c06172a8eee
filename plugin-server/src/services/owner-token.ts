import { createHmac, timingSafeEqual } from 'node:crypto';
import { VitrineError } from '@vitrine/sdk/core';
import type { Config } from '../config.ts';
import { deriveKey } from '../store/sealing.ts';

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
const ISSUER = 'vitrine';
const AUDIENCE = 'vitrine-owner';

/**
 * A token with which the owner of a shop fed from files opens its dashboard. The command line prints it.
 *
 * @param options.hours how long it is good for, default 12
 */
export function mintOwnerToken(config: Pick<Config, 'secret'>, shop: string, options: { hours?: number; now?: number } = {}): string {
  const { hours = 12, now = Date.now() } = options;
  const issued = Math.floor(now / 1000);
  const payload = Buffer.from(JSON.stringify({ iss: ISSUER, aud: AUDIENCE, sub: shop, iat: issued, exp: issued + Math.round(hours * 3600) })).toString('base64url');
  return `${HEADER}.${payload}.${sign(config, `${HEADER}.${payload}`)}`;
}

/** Whether a token says it is an owner's; who then checks it decides whether it is true. */
export function isOwnerToken(token: string): boolean {
  return readPayload(token)?.iss === ISSUER;
}

/** The shop an owner's token speaks for. @throws VitrineError `unauthorized` */
export function verifyOwnerToken(config: Pick<Config, 'secret'>, token: string, now: number): { shop: string } {
  const [header, payload, signature, ...rest] = token.split('.');
  const expected = Buffer.from(sign(config, `${header}.${payload}`));
  const given = Buffer.from(signature ?? '');
  const claims = readPayload(token);
  const valid = rest.length === 0 && header === HEADER && given.length === expected.length && timingSafeEqual(given, expected)
    && claims?.iss === ISSUER && claims.aud === AUDIENCE && typeof claims.sub === 'string'
    && typeof claims.exp === 'number' && claims.exp * 1000 > now;
  if (!valid) throw new VitrineError('unauthorized', 'The link to the dashboard is not valid, or no longer. Start "vitrine serve" again for a new one.');
  return { shop: claims.sub as string };
}

function sign(config: Pick<Config, 'secret'>, text: string): string {
  return createHmac('sha256', deriveKey(config.secret, 'owner')).update(text).digest('base64url');
}

function readPayload(token: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
