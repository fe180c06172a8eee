import { randomBytes, webcrypto } from 'node:crypto';
import { formatPublishableKey } from '@vitrine/sdk/core';
import type { Config } from '../config.ts';
import { seal } from '../store/sealing.ts';

/**
 * A shop's key pair (ECDSA P-256): the private half signs artifacts and is stored sealed, the public half checks them in
 * the browser and names the shop to the event collector. And the key of its customers' hashes, sealed too.
 */
export async function createShopKeys(config: Pick<Config, 'secret'>): Promise<{ publishableKey: string; signingKey: Uint8Array; identityKey: Uint8Array }> {
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return {
    publishableKey: formatPublishableKey(new Uint8Array(await webcrypto.subtle.exportKey('raw', publicKey))),
    signingKey: seal(config, new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', privateKey))),
    identityKey: seal(config, randomBytes(32)),
  };
}
