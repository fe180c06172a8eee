import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { VitrineError } from '@vitrine/sdk/core';
import type { Config } from '../config.ts';

type Secret = Pick<Config, 'secret'>;

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
 * The bytes that `seal` was given.
 *
 * @throws VitrineError `bad_config` when they were sealed under another secret, or have been altered.
 */
export function openSealed(config: Secret, sealed: Uint8Array): Uint8Array {
  const { key, id } = sealingKey(config.secret);
  const failed = (cause?: unknown) => new VitrineError('bad_config', 'VITRINE_SECRET is not the one the stored credentials were sealed with. Set it back, or install the shop again.', { cause });
  if (sealed.length < 1 + IV_BYTES + TAG_BYTES || sealed[0] !== id) throw failed();
  const iv = sealed.subarray(1, 1 + IV_BYTES);
  const body = sealed.subarray(1 + IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw failed(cause);
  }
}

/** What a customer is stored as: a hash that nobody without the secret can link to the shop's customer id. */
export function customerKey(config: Secret, shop: string, customerId: string): string {
  return createHmac('sha256', deriveKey(config.secret, 'customer')).update(`${shop}\0${customerId}`).digest('base64url').slice(0, 22);
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
