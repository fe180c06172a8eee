import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAgo, formatBytes, formatCalendarDay, formatDuration, formatOfHundred, formatShare } from '../../plugin-server/dashboard/src/format.ts';
import { isSettling, judge } from '../../plugin-server/dashboard/src/verdict.ts';
import { NOW, overviewIn, STATES } from './dashboard-states.ts';

test('shares, sizes, durations and days as a person writes them', () => {
  assert.deepEqual([0, 0.0004, 0.0412, 0.0996, 0.312, 1].map(formatShare), ['0.0 %', 'under 0.1 %', '4.1 %', '10 %', '31 %', '100 %']);
  assert.deepEqual([0, 0.0004, 0.012, 0.0996, 0.312, 1].map(formatOfHundred), ['0', 'fewer than 0.1', '1.2', '10', '31', '100']);
  assert.deepEqual([0, 999, 1000, 361_728, 999_499, 999_500, 12_400_000].map(formatBytes), ['0 B', '999 B', '1.0 kB', '362 kB', '999 kB', '1.0 MB', '12 MB']);
  assert.deepEqual([0, 59.4, 59.6, 125, 3599, 3600, 4230].map(formatDuration), ['0 s', '59 s', '1 min', '2 min 5 s', '59 min 59 s', '1 h', '1 h 11 min']);
  assert.deepEqual([0, 60_000, 7_200_000, 3 * 86_400_000].map((age) => formatAgo(NOW - age, NOW)), ['just now', '1 minute ago', '2 hours ago', '3 days ago']);
  assert.equal(formatCalendarDay('2026-11-23'), 'Mon 23 Nov');
});

test('a share is never written as more or less than it is by half a point', () => {
  fc.assert(fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), (share) => {
    assert.ok(Math.abs(Number.parseFloat(formatShare(share)) - share * 100) <= 0.5);
    assert.ok(Math.abs(Number.parseFloat(formatOfHundred(share)) - share * 100) <= 0.5);
  }));
});

test('every situation has its own headline, and only a healthy shop a good one', () => {
  const verdicts = STATES.map((state) => judge(overviewIn(state)));
  assert.equal(new Set(verdicts.map(({ title }) => title)).size, STATES.length);
  assert.deepEqual(STATES.filter((_, index) => verdicts[index].tone === 'good'), ['healthy']);
});

test('“all is well” needs a model that is ahead of both baselines', () => {
  const healthy = overviewIn('healthy');
  assert.match(judge(healthy).detail, /better than popularity and co-purchase/);
  assert.doesNotMatch(judge({ ...healthy, evaluations: overviewIn('not-better').run!.evaluations }).detail, /All is well/);
  assert.doesNotMatch(judge({ ...healthy, evaluations: [] }).detail, /All is well/);
});

test('a failed training is forgotten once something newer was published', () => {
  const failed = overviewIn('failed');
  assert.equal(judge(failed).tone, 'failed');
  assert.equal(judge({ ...failed, release: { ...failed.release!, publishedAt: NOW } }).tone, 'good');
});

test('a run that ended without the gate’s word is looked at again soon, but not for ever', () => {
  const healthy = overviewIn('healthy');
  const ended = (age: number) => ({ ...healthy, run: { ...healthy.run!, result: { artifact: 'a' }, finishedAt: NOW - age } });
  assert.deepEqual([isSettling(healthy), isSettling(ended(500)), isSettling(ended(20_000))], [false, true, false]);
});
