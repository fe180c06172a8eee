import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEncoding } from './encoding.ts';

test('the best encoding that the client accepts', () => {
  const cases: [string | undefined, string][] = [
    [undefined, 'identity'], ['', 'identity'], ['gzip', 'gzip'], ['gzip, deflate, br, zstd', 'br'], ['GZIP;Q=0.5', 'gzip'], ['br;q=0, gzip', 'gzip'], ['br; q=0.0,gzip;q=0', 'identity'],
    ['*', 'br'], ['br;q=0, *', 'gzip'], ['*;q=0', 'identity'], ['identity', 'identity'], [';;,,=', 'identity'],
  ];
  for (const [header, expected] of cases) assert.equal(chooseEncoding(header, ['br', 'gzip']), expected, header);
});
