import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { readConfig } from '../config.ts';
import { clientAddress } from './client-address.ts';

const SECRET = { VITRINE_SECRET: 'x'.repeat(32) };

/** The address found for a request over a connection from `peer`; '' for none. */
async function addressOf(peer: string, forwarded?: string, trusted?: string): Promise<string> {
  const app = new Hono().get('/', (c) => c.text(clientAddress(c, readConfig({ ...SECRET, TRUSTED_PROXIES: trusted }))));
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const env = peer === '' ? {} : { incoming: { headers, socket: { remoteAddress: peer, remotePort: 1, remoteFamily: 'IPv4' } } };
  return (await app.request('/', { headers }, env)).text();
}

test('whom a proxy is believed to speak for', async () => {
  const cases: [peer: string, forwarded: string | undefined, trusted: string | undefined, address: string][] = [
    ['203.0.113.5', undefined, undefined, '203.0.113.5'],
    ['203.0.113.5', '198.51.100.1', undefined, '203.0.113.5'], // anybody may write the header
    ['10.0.0.2', '198.51.100.1', undefined, '198.51.100.1'],
    ['::ffff:10.0.0.2', '198.51.100.1', undefined, '198.51.100.1'],
    ['10.0.0.2', '1.1.1.1, 198.51.100.1', undefined, '198.51.100.1'],
    ['10.0.0.2', '198.51.100.1, 10.0.0.7', undefined, '198.51.100.1'],
    ['203.0.113.5', '1.1.1.1, 198.51.100.1, 203.0.113.9', '203.0.113.0/24', '198.51.100.1'],
    ['203.0.113.5', '198.51.100.1, 192.0.2.1', '203.0.113.5', '192.0.2.1'],
    ['2001:db8::5', '198.51.100.1:4711', '2001:db8::/32', '198.51.100.1'],
    ['10.0.0.2', '[2001:db8:1:2345:6:7:8:9]:4711', undefined, '2001:db8:1:2300::/56'],
    ['10.0.0.2', 'unknown', undefined, '10.0.0.2'],
    ['10.0.0.2', '', undefined, '10.0.0.2'],
    ['', '198.51.100.1', undefined, '198.51.100.1'],
    ['::ffff:203.0.113.5', undefined, undefined, '203.0.113.5'],
    ['2001:db8:1:2345::1', undefined, undefined, '2001:db8:1:2300::/56'],
  ];
  for (const [peer, forwarded, trusted, address] of cases) assert.equal(await addressOf(peer, forwarded, trusted), address, `${peer} ${forwarded} ${trusted}`);
});

test('a network that is none is refused', () => {
  for (const text of ['10.0.0.0/33', 'proxy.example', '10.0.0.1/8/8', '2001:db8::/129', '10.0.0.1/x']) assert.throws(() => readConfig({ ...SECRET, TRUSTED_PROXIES: text }), { code: 'bad_config' }, text);
});
