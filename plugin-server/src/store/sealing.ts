import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { VitrineError } from '@vitrine/sdk/core';
import type { Config } from '../config.ts';

type Secret = Pick<Config, 'secret'>;
/** The secret in use, and those before it that what is stored may still be sealed with. */
export type Secrets = Pick<Config, 'secret' | 'previousSecrets'>;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what must not be read from a copy of the database (AES-256-GCM under a key derived from `VITRINE_SECRET`).
 * Layout: key id (1 byte), initialisation vector (12), tag (16), ciphertext.
 */
export function seal(config: Secret, plain: Uint8Array | string): Uint8Array {
  const { key, id } = sealingKey(config.secret);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Uint8Array.of(id), iv, cipher.getAuthTag(), body]);
}

/**
 * The bytes that `seal` was given, under the secret in use or one before it.
 *
 * @throws VitrineError `bad_config` when they were sealed under another secret, or have been altered.
 */
export function openSealed(config: Secrets, sealed: Uint8Array): Uint8Array {
  return openWith(config, sealed).plain;
}

/** Whether something is sealed under a former secret: it opens, and should be sealed again. */
export function isSealedBefore(config: Secrets, sealed: Uint8Array): boolean {
  return openWith(config, sealed).secret !== config.secret;
}

/** The bytes, and which secret opened them. One byte of key id only spares attempts: the tag decides. */
export function openWith(config: Secrets, sealed: Uint8Array): { plain: Uint8Array; secret: string } {
  if (sealed.length >= 1 + IV_BYTES + TAG_BYTES) {
    for (const secret of [config.secret, ...(config.previousSecrets ?? [])]) {
      const plain = attempt(secret, sealed);
      if (plain) return { plain, secret };
    }
  }
  throw new VitrineError('bad_config', 'VITRINE_SECRET is not the one the stored credentials were sealed with. Set it back, name it in VITRINE_SECRET_PREVIOUS, or install the shop again.');
}

function attempt(secret: string, sealed: Uint8Array): Uint8Array | undefined {
  const { key, id } = sealingKey(secret);
  if (sealed[0] !== id) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** What a shop's key for customers is stored under: the shop's row has both. */
export interface SealedIdentity {
  /** Sealed; null in a shop from before there were such keys. */
  readonly identityKey: Uint8Array | null;
  readonly signingKey: Uint8Array;
}

/**
 * The key of a shop's customer hashes. It is the shop's own, so that the secret can change without making every customer
 * a stranger, and goes with the shop. A shop from before such keys has one derived from the secret of that time, which
 * is the one that its signing key is sealed with.
 */
export function identityKey(config: Secrets, shop: SealedIdentity): Uint8Array {
  return shop.identityKey ? openSealed(config, shop.identityKey) : deriveKey(openWith(config, shop.signingKey).secret, 'customer');
}

/** What a customer is stored as: a hash that nobody without the shop's key can link to the shop's customer id. */
export function customerKey(key: Uint8Array, shop: string, customerId: string): string {
  return createHmac('sha256', key).update(`${shop}\0${customerId}`).digest('base64url').slice(0, 22);
}

const derived = new Map<string, Buffer>();

/** A key for one purpose: what leaks of it tells nothing about the others. */
export function deriveKey(secret: string, purpose: string): Buffer {
  const name = `${purpose}\0${secret}`;
  let key = derived.get(name);
  if (!key) derived.set(name, (key = Buffer.from(hkdfSync('sha256', secret, 'vitrine', purpose, 32))));
  return key;
}

function sealingKey(secret: string): { key: Buffer; id: number } {
  const key = deriveKey(secret, 'seal');
  return { key, id: createHash('sha256').update(key).digest()[0]! };
}
