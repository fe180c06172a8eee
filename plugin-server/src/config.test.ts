import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import { readConfig } from './config.ts';

const SECRET = 's'.repeat(32);

test('defaults need nothing but a place for the secret', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-config-'));
  t.after(() => rmSync(home, { recursive: true }));
  const config = readConfig({ VITRINE_HOME: home, DATABASE_URL: '' });
  assert.equal(config.port, 3000);
  assert.equal(config.appUrl, 'http://127.0.0.1:3000');
  assert.equal(config.shopify, undefined);
  assert.match(config.secret, /^[\da-f]{64}$/);
  assert.equal(readConfig({ VITRINE_HOME: home }).secret, config.secret, 'the same secret next time');
  assert.equal(readFileSync(join(home, 'secret'), 'utf8'), config.secret);
  assert.equal(statSync(join(home, 'secret')).mode & 0o777, 0o600);
});

test('each wrong value is one line that names its variable', () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ PORT: 'http' }, /^PORT must be a port number\.$/],
    [{ PORT: '70000' }, /^PORT /],
    [{ VITRINE_SECRET: 'short' }, /^VITRINE_SECRET must have at least 32/],
    [{ VITRINE_SECRET_PREVIOUS: 'short,' }, /^VITRINE_SECRET_PREVIOUS must be former secrets/],
    [{ APP_URL: 'vitrine.example.com' }, /^APP_URL must be an origin/],
    [{ APP_URL: 'https://vitrine.example.com/app' }, /^APP_URL /],
    [{ DATABASE_URL: 'mysql://db' }, /^DATABASE_URL /],
    [{ VITRINE_SECRET: '', TRUSTED_PROXIES: '203.0.113.7, 2001:db8::/32', DATABASE_URL: 'postgres://db/vitrine' }, /^VITRINE_SECRET is missing/],
    [{ SHOPIFY_API_KEY: 'key' }, /^SHOPIFY_API_SECRET is missing/],
    [{ SHOPIFY_API_SECRET: 'secret' }, /^SHOPIFY_API_KEY is missing/],
    [{ SHOPIFY_SHOP_ORIGIN: 'https://evil.example' }, /^SHOPIFY_SHOP_ORIGIN is for tests only/],
    [{ SHOPIFY_SHOP_ORIGIN: 'http://127.0.0.1.evil.example' }, /^SHOPIFY_SHOP_ORIGIN /],
    [{ APP_BRIDGE_URL: 'app-bridge' }, /^APP_BRIDGE_URL /],
  ];
  for (const [env, message] of wrong) {
    assert.throws(() => readConfig({ VITRINE_SECRET: SECRET, ...env }), (error: VitrineError) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      assert.equal(exitCode(error), 2);
      return true;
    }, JSON.stringify(env));
  }
});

test('a full environment', () => {
  assert.deepEqual(readConfig({
    VITRINE_SECRET: SECRET, VITRINE_SECRET_PREVIOUS: `${'p'.repeat(32)}, ${'q'.repeat(40)}`, VITRINE_HOME: '/var/lib/vitrine', PORT: '8080', HOST: '0.0.0.0', APP_URL: 'https://vitrine.example.com/',
    TRUSTED_PROXIES: '203.0.113.7, 2001:db8::/32', DATABASE_URL: 'postgres://db/vitrine', SHOPIFY_API_KEY: 'key', SHOPIFY_API_SECRET: 'secret', SHOPIFY_SHOP_ORIGIN: 'http://127.0.0.1:9292',
    VITRINE_DEVICE: 'cpu', APP_BRIDGE_URL: 'http://127.0.0.1:9292/app-bridge.js',
  }), {
    home: '/var/lib/vitrine', secret: SECRET, previousSecrets: ['p'.repeat(32), 'q'.repeat(40)], port: 8080, host: '0.0.0.0', appUrl: 'https://vitrine.example.com', trustedProxies: ['203.0.113.7', '2001:db8::/32'], databaseUrl: 'postgres://db/vitrine',
    shopify: { apiKey: 'key', apiSecret: 'secret', shopOrigin: 'http://127.0.0.1:9292' }, device: 'cpu', appBridgeUrl: 'http://127.0.0.1:9292/app-bridge.js',
  });
});
