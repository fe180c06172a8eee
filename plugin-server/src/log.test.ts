import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

test('one line of JSON, without what must not be logged', () => {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), clock: () => 0 });
  log.warn('two\nlines', { accessToken: 'shpat_1', authorization: 'Bearer x', email: 'a@b.c', error: new Error('why'), big: 2n ** 60n, shop: 's' });
  assert.equal(lines.length, 1);
  assert.deepEqual(JSON.parse(lines[0]!), {
    time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'two\nlines', accessToken: '(hidden)', authorization: '(hidden)', email: '(hidden)', error: 'why', big: '1152921504606846976', shop: 's',
  });
  assert.equal(lines[0]!.split('\n').length, 2);
});
