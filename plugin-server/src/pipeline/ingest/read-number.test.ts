import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readNumber } from './read-number.ts';

test('reads numbers as people write them', () => {
  const cases: [string, number][] = [
    ['2.55', 2.55], ['2,55', 2.55], ['-6', -6], ['1,234', 1234], ['1,234.50', 1234.5], ['1.234,50', 1234.5], ['1 234,50', 1234.5],
    ['£3.39', 3.39], ['12,5 €', 12.5], ['USD 4', 4], ['(4.20)', -4.2], ['+7', 7], ['.5', 0.5], ['1e3', 1000], [' 8 ', 8], ["1'000", 1000], ['17.5000', 17.5],
  ];
  for (const [text, expected] of cases) assert.equal(readNumber(text), expected, text);
  for (const text of ['', ' ', 'abc', '1-2', '--1', '1,2,3', '0x10', 'Infinity', 'NaN', '1.2.3,4,5']) assert.ok(Number.isNaN(readNumber(text)), text);
});

test('any amount is read back from the English and the German way to write it', () => {
  fc.assert(fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (cents) => {
    const value = cents / 100;
    const format = (locale: string): string => value.toLocaleString(locale, { minimumFractionDigits: 2 });
    assert.equal(readNumber(format('en-US')), value);
    assert.equal(readNumber(format('de-DE')), value);
    assert.equal(readNumber(String(value)), value);
  }));
});
