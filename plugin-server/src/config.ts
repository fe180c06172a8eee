import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { VitrineError } from '@vitrine/sdk/core';

/**
 * What training may run on. `auto` takes the GPU where there is one that passes its test and is faster, the CPU
 * otherwise; `wasm` and `reference` are slower ways to the same model, for checks and comparison.
 */
export const DEVICES = ['auto', 'gpu', 'cpu', 'wasm', 'reference'] as const;
export type Device = (typeof DEVICES)[number];

/** How this app is known to Shopify. */
export interface ShopifyConfig {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Tests and demonstrations only: a simulated shop on this machine that answers for every shop's Admin API. */
  readonly shopOrigin?: string;
}

/** Everything the environment decides, parsed once. */
export interface Config {
  /** Folder of the embedded database and of the secret made for it. */
  readonly home: string;
  /** Seals credentials and keys, and keys the hashes of customers. Whoever loses it reinstalls every shop. */
  readonly secret: string;
  /** Secrets that what is stored may still be sealed with; `vitrine reseal` ends the need for them. */
  readonly previousSecrets?: readonly string[];
  readonly port: number;
  readonly host: string;
  /** Where shops and browsers reach this server, without a slash at the end. */
  readonly appUrl: string;
  /** Proxies outside of private networks that are believed about whom they speak for: addresses, or networks as 203.0.113.0/24. */
  readonly trustedProxies?: readonly string[];
  /** A PostgreSQL server; the embedded database without it. */
  readonly databaseUrl?: string;
  /** Absent: shops come from files only. */
  readonly shopify?: ShopifyConfig;
  readonly appBridgeUrl: string;
  /** `auto` when absent. */
  readonly device?: Device;
}

const origin = z.string().regex(/^https?:\/\/[^/?#@]+\/?$/, 'must be an origin like https://vitrine.example.com').transform((text) => text.replace(/\/$/, ''));
const loopback = origin.refine((text) => /^(localhost|127(\.\d+){3}|\[::1\]|[a-z0-9-]+\.localhost)$/.test(new URL(text).hostname),
  'is for tests only and must be on this machine, like http://127.0.0.1:9292');

/** An address, or one with the number of bits that all addresses of a network share. */
function isNetwork(text: string): boolean {
  const [address, bits = '0', ...rest] = text.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

const schema = z.object({
  VITRINE_HOME: z.string().default('.vitrine'),
  VITRINE_SECRET: z.string().min(32, 'must have at least 32 characters; make one with: openssl rand -hex 32').optional(),
  VITRINE_SECRET_PREVIOUS: z.string().transform((text) => text.split(',').map((each) => each.trim()).filter(Boolean))
    .refine((all) => all.every((each) => each.length >= 32), 'must be former secrets of at least 32 characters each, with commas between them').optional(),
  PORT: z.string().regex(/^\d+$/, 'must be a port number').transform(Number).refine((port) => port <= 65_535, 'must be a port number').default(3000),
  HOST: z.string().default('127.0.0.1'),
  APP_URL: origin.optional(),
  TRUSTED_PROXIES: z.string().transform((text) => text.split(',').map((each) => each.trim()).filter(Boolean))
    .refine((all) => all.every(isNetwork), 'must be addresses or networks like 203.0.113.7 or 203.0.113.0/24, with commas between them').optional(),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\/\S+$/, 'must be an address like postgres://user@host:5432/name').optional(),
  SHOPIFY_API_KEY: z.string().regex(/^\S+$/, 'must not contain spaces').optional(),
  SHOPIFY_API_SECRET: z.string().regex(/^\S+$/, 'must not contain spaces').optional(),
  SHOPIFY_SHOP_ORIGIN: loopback.optional(),
  VITRINE_DEVICE: z.enum(DEVICES, `must be one of ${DEVICES.join(', ')}`).optional(),
  APP_BRIDGE_URL: z.url('must be an address').default('https://cdn.shopify.com/shopifycloud/app-bridge.js'),
});

/**
 * Reads the configuration from the environment. Without `VITRINE_SECRET` the embedded mode makes a random one and keeps
 * it in `VITRINE_HOME/secret`.
 *
 * @throws VitrineError `bad_config`: one line naming the variable.
 * @example
 * const config = readConfig(process.env);
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // A variable set to nothing is a variable not set: that is how compose files and shells pass an absent one.
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new VitrineError('bad_config', `${issue!.path.join('.')} ${issue!.message}.`);
  }
  const values = parsed.data;
  const half = [values.SHOPIFY_API_KEY, values.SHOPIFY_API_SECRET].filter(Boolean).length === 1;
  if (half) throw new VitrineError('bad_config', `${values.SHOPIFY_API_KEY ? 'SHOPIFY_API_SECRET' : 'SHOPIFY_API_KEY'} is missing: the app's key and secret belong together.`);
  return {
    home: values.VITRINE_HOME,
    secret: values.VITRINE_SECRET ?? ownSecret(values.VITRINE_HOME, values.DATABASE_URL),
    ...(values.VITRINE_SECRET_PREVIOUS && { previousSecrets: values.VITRINE_SECRET_PREVIOUS }),
    port: values.PORT,
    host: values.HOST,
    appUrl: values.APP_URL ?? `http://${values.HOST.includes(':') ? `[${values.HOST}]` : values.HOST.replace('0.0.0.0', '127.0.0.1')}:${values.PORT}`,
    trustedProxies: values.TRUSTED_PROXIES,
    databaseUrl: values.DATABASE_URL,
    shopify: values.SHOPIFY_API_KEY ? { apiKey: values.SHOPIFY_API_KEY, apiSecret: values.SHOPIFY_API_SECRET!, shopOrigin: values.SHOPIFY_SHOP_ORIGIN } : undefined,
    appBridgeUrl: values.APP_BRIDGE_URL,
    device: values.VITRINE_DEVICE,
  };
}

function ownSecret(home: string, databaseUrl: string | undefined): string {
  // Several processes on several machines share one database: each making its own secret would lock the others out.
  if (databaseUrl) throw new VitrineError('bad_config', 'VITRINE_SECRET is missing: with DATABASE_URL every process needs the same one; make it with: openssl rand -hex 32.');
  const path = join(home, 'secret');
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new VitrineError('bad_config', `VITRINE_HOME: ${home} cannot be written (${code}).`, { cause });
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (secret.length < 32) throw new VitrineError('bad_config', `VITRINE_HOME: ${path} is cut short. Restore it: what is sealed with it cannot be opened otherwise.`);
  return secret;
}
