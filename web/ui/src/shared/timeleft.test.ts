import { describe, expect, test } from 'vitest';
import { hear, ledgerTime } from './clock';
import { areaOf, dayTime, elapsed, gridNumber, isoDay, percent } from './format';
import { byUrgency, shareCounted, shareUsed, spanText, timeLeft } from './timeleft';

const zh = { day: '天', hour: '小时', minute: '分', underMinute: '不足1分', joiner: '' };
const nine = Date.parse('2026-11-23T09:00:00+08:00');
const words = (due: string): string => {
  const left = timeLeft(due, nine);
  return left.kind === 'none' ? 'none' : `${left.kind} ${spanText(left.span, zh)}`;
};

describe('time left', () => {
  test.each([
    ['2026-11-23T11:15:00+08:00', 'left 2小时15分'],
    ['2026-11-23T09:08:30+08:00', 'left 8分'],
    ['2026-11-23T09:00:00+08:00', 'left 不足1分'],
    ['2026-11-23T08:59:59+08:00', 'over 不足1分'],
    ['2026-11-22T06:00:00+08:00', 'over 1天3小时'],
    ['2026-11-25T09:00:00+08:00', 'left 2天'],
    ['2026-11-24T09:20:00+08:00', 'left 1天'],
    ['2026-08-15T06:00:00+08:00', 'over 100天'],
    ['not a time', 'none'],
  ])('until %s is %s', (due, text) => expect(words(due)).toBe(text));

  test('is nothing without a deadline or a clock', () => {
    expect(timeLeft(null, nine)).toEqual({ kind: 'none' });
    expect(timeLeft('2026-11-23T11:15:00+08:00', null)).toEqual({ kind: 'none' });
  });

  test('a bar counts working time only', () => {
    const periods = [
      { from: '2026-11-23T17:30:00+08:00', to: '2026-11-23T18:00:00+08:00' },
      { from: '2026-11-24T08:00:00+08:00', to: '2026-11-24T09:30:00+08:00' },
    ];
    expect(shareCounted(periods, Date.parse('2026-11-24T03:00:00+08:00'))).toBe(0.25);
    expect(shareCounted(periods, Date.parse('2026-11-24T12:00:00+08:00'))).toBe(1);
    expect(shareCounted([], nine)).toBeNull();
    expect(shareUsed('2026-11-23T08:00:00+08:00', '2026-11-23T12:00:00+08:00', nine)).toBe(0.25);
  });

  test('what breaks first comes first; suspended and undated ones last', () => {
    const of = (stage: string | null, suspended = false) => ({ due: { stage }, suspended, reported_at: '2026-11-23T08:00:00+08:00' });
    const late = of('2026-11-23T07:00:00+08:00');
    const soon = of('2026-11-23T10:00:00+08:00');
    const none = of(null);
    const paused = of('2026-11-23T06:00:00+08:00', true);
    expect([none, soon, paused, late].sort(byUrgency).slice(0, 2)).toEqual([late, soon]);
  });
});

describe("the ledger's clock", () => {
  test('runs at its speed from what was heard, whatever the PC says', () => {
    const r = hear(null, nine, 60, 1_000);
    expect(ledgerTime(r, 2_000)).toBe(nine + 60_000);
    expect(ledgerTime(null, 2_000)).toBeNull();
  });
  test('never counts up because a frame came late', () => {
    const r = hear(hear(null, nine, 60, 0), nine + 30_000, 60, 1_000);
    expect(ledgerTime(r, 1_000)).toBe(nine + 60_000);
  });
  test('follows another ledger far back', () => {
    const r = hear(hear(null, nine, 1, 0), nine - 86_400_000, 1, 1_000);
    expect(ledgerTime(r, 1_000)).toBe(nine - 86_400_000);
  });
});

test('days and times are those of the district', () => {
  expect(isoDay('2026-11-23T20:00:00Z')).toBe('2026-11-24');
  expect(dayTime('2026-11-23T01:05:00Z', nine)).toBe('11-23 09:05');
  expect(dayTime('2025-12-31T16:30:00Z', nine)).toBe('01-01 00:30');
  expect(dayTime('2025-06-01T00:00:00Z', nine)).toBe('2025-06-01 08:00');
});

test('small words', () => {
  expect(elapsed(200_000)).toBe('03:20');
  expect(elapsed(3_723_000)).toBe('1:02:03');
  expect(percent(1, 3)).toBe('33.3%');
  expect(percent(0, 0)).toBeNull();
  expect(gridNumber('440114002002003')).toBe('003');
  expect(areaOf('440114002-S01')).toBe('440114002');
  expect(areaOf('440114002002')).toBe('440114002002');
  expect(areaOf('D01')).toBe('440114');
});
