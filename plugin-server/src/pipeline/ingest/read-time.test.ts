import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TimeReader } from './read-time.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const iso = (time: number | undefined): string | undefined => (time === undefined || Number.isNaN(time) ? undefined : new Date(time).toISOString());

/** Reads one value of a file whose other lines settle the day order. */
function read(text: string, order: 'dmy' | 'mdy' = 'dmy'): string | undefined {
  const times = new TimeReader('a.csv', order);
  return iso(times.read(text, 2)?.[order]);
}

test('reads the usual ways to write a time', () => {
  const cases: [string, string][] = [
    ['2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
    ['2024-12-25', '2024-12-25T00:00:00.000Z'],
    ['2024/2/9 7:05', '2024-02-09T07:05:00.000Z'],
    ['2024-12-25T10:00:00Z', '2024-12-25T10:00:00.000Z'],
    ['2024-12-25T10:00:00.1234567+02:00', '2024-12-25T08:00:00.123Z'],
    ['2024-12-25 10:00:00 -0500', '2024-12-25T15:00:00.000Z'],
    ['2024-12-25 10:00:00 UTC', '2024-12-25T10:00:00.000Z'],
    ['25.12.2024 10:00', '2024-12-25T10:00:00.000Z'],
    ['1.2.24', '2024-02-01T00:00:00.000Z'],
    ['1/2/2024 8:26', '2024-02-01T08:26:00.000Z'],
    ['1/2/2024 8:26 PM', '2024-02-01T20:26:00.000Z'],
    ['1/2/2024, 12:26 am', '2024-02-01T00:26:00.000Z'],
    ['25-12-2024', '2024-12-25T00:00:00.000Z'],
    ['1735120800', '2024-12-25T10:00:00.000Z'],
    ['1735120800123', '2024-12-25T10:00:00.123Z'],
  ];
  for (const [text, expected] of cases) assert.equal(read(text), expected, text);
  assert.equal(read('1/2/2024', 'mdy'), '2024-01-02T00:00:00.000Z');
});

test('what is no time is undefined', () => {
  for (const text of ['', 'yesterday', '2024-13-01', '2024-02-30', '30/2/2024', '2024-01-01 25:00', '2024-01-01 10:61', '99/99/2024', '0/1/2024', '20240101', '1/2/2024 13:00 PM']) {
    assert.equal(read(text), undefined, text);
  }
});

test('any day of either order is read back, whatever line settles the order', () => {
  const days = fc.date({ min: new Date('1995-01-01'), max: new Date('2069-12-31'), noInvalidDate: true }).map((date) => Math.floor(date.getTime() / 60_000) * 60_000);
  fc.assert(fc.property(fc.array(days, { minLength: 1, maxLength: 20 }), fc.constantFrom('dmy' as const, 'mdy' as const), fc.constantFrom('/', '-'), (list, order, mark) => {
    const write = (time: number): string => {
      const date = new Date(time);
      const [day, month] = [date.getUTCDate(), date.getUTCMonth() + 1];
      const [first, second] = order === 'dmy' ? [day, month] : [month, day];
      return `${first}${mark}${second}${mark}${date.getUTCFullYear()} ${date.getUTCHours()}:${two(date.getUTCMinutes())}`;
    };
    const times = new TimeReader('a.csv');
    const settled = [...list, Date.UTC(2024, 11, 25)]; // the 25th proves the order, last
    const read = settled.map((time, at) => times.read(write(time), at + 2));
    assert.equal(times.dayOrder(), order);
    assert.deepEqual(read.map((time) => time?.[order]), settled);
  }));
});

test('an offset is taken off: the same instant written anywhere is the same', () => {
  fc.assert(fc.property(fc.integer({ min: 8e8, max: 3e9 }), fc.integer({ min: -14 * 60, max: 14 * 60 }), (seconds, offset) => {
    const local = new Date(seconds * 1000 + offset * 60_000).toISOString().slice(0, 19);
    const sign = offset < 0 ? '-' : '+';
    const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    assert.equal(new TimeReader('a.csv').read(`${local}${zone}`, 2)?.dmy, seconds * 1000);
  }));
});

test('never fails in an unforeseen way on any text', () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const time = new TimeReader('a.csv').read(text, 2);
    assert.ok(time === undefined || !Number.isNaN(time.dmy) || !Number.isNaN(time.mdy));
  }));
});

test('a file that mixes formats is refused with both lines', () => {
  const mixed = new TimeReader('a.csv');
  mixed.read('2024-12-25', 2);
  assert.throws(() => mixed.read('25.12.2024', 7), /line 2 has "2024-12-25", line 7 has "25\.12\.2024"/);
  const both = new TimeReader('a.csv');
  both.read('25/12/2024', 2);
  assert.throws(() => both.read('12/25/2024', 3), /more than one format: line 2 .* line 3/);
});

test('a day order that nothing settles is asked for, unless it makes no difference', () => {
  const open = new TimeReader('a.csv');
  open.read('1/2/2024', 2);
  assert.throws(() => open.dayOrder(), /line 2: "1\/2\/2024" may be day first or month first.*--dates dmy or --dates mdy/);
  const same = new TimeReader('a.csv');
  same.read('2/2/2024', 2);
  assert.equal(same.dayOrder(), 'dmy');
  const told = new TimeReader('a.csv', 'mdy');
  assert.throws(() => told.read('25/12/2024', 9), /line 9: "25\/12\/2024" cannot be read with --dates mdy/);
});
