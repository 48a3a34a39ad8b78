import { expect, test } from 'vitest';
import { readingsDiffer, readRow, spanOf, valueOf, type Indicator } from './statistics';
import { daysAsked, firstAsk, fromQuery, inside, noFilters, toQuery, wordsOf } from './parts/statistics/ask';
import { changeOf } from './parts/statistics/change';
import { columnGroups, columnsOf, groupsOf, sorted } from './parts/statistics/columns';
import { daysOf, isDay, lengthOf, pointsOf, yearBefore } from './parts/statistics/period';
import { numberLegend, numberStep, roundLimits, shareLegend, stepOf, steps } from './parts/statistics/scale';
import { draw } from './parts/statistics/shape';

const indicator = (code: string, kind: Indicator['kind'] = 'share', sense: Indicator['sense'] = 'more'): Indicator => ({
  code, name: code, name_en: code, formula: '', formula_en: '', falls_on: '', falls_on_en: '', numerator: [], denominator: [], sense, kind, source: 'decided', weight: 0, duration: '',
});
const onTime = { ...indicator('handled_on_time'), duration: 'handling' };
const returns = indicator('return_rate', 'share', 'less');
const reported = indicator('reported', 'count', 'none');

test('a row is read whole: numbers, ratios, durations, and itself in other readings and times', () => {
  const row = readRow({
    key: '440114002', name: '花城街道', reported: 40, per_grid: null, suspended_days: 2.5, handled_on_time: { n: 35, d: 38, rate: 0.92 }, satisfaction: { n: 0, d: 0, rate: null },
    returns_by_code: { misdispatched: 3 }, durations: { handling: { n: 38, median_min: 192, p90_min: 546 }, total: null }, score: 86.2, grade: 'B',
    exempted: { key: '440114002', handled_on_time: { n: 36, d: 38, rate: 0.95 } }, year_ago: null, month_ago: { key: '440114002', reported: 20 },
  });
  expect(valueOf(reported, row)).toBe(40);
  expect(valueOf(onTime, row)).toBeCloseTo(92.105, 3);
  expect(valueOf(indicator('satisfaction'), row)).toBeNull();
  expect(valueOf(indicator('per_grid', 'per'), row)).toBeNull();
  expect(valueOf(indicator('returns_by_code.misdispatched', 'count'), row)).toBe(3);
  expect(row.durations.get('handling')).toEqual({ n: 38, median: 192, p90: 546 });
  expect(row.durations.has('total')).toBe(false);
  expect([row.score, row.grade, row.yearAgo]).toEqual([86.2, 'B', null]);
  expect(valueOf(reported, row.monthAgo)).toBe(20);
  expect(readingsDiffer(onTime, row)).toBe(true);
  expect(readingsDiffer(onTime, readRow({ key: '', handled_on_time: { n: 1, d: 2 }, exempted: { handled_on_time: { n: 1, d: 2 } } }))).toBe(false);
});

test('a duration is as precise as comparing needs', () => {
  expect(spanOf(45)).toEqual({ n: '45', unit: 'minute' });
  expect(spanOf(192)).toEqual({ n: '3.2', unit: 'hour' });
  expect(spanOf(6480)).toEqual({ n: '4.5', unit: 'day' });
});

test('the address is the question, both ways, and what it does not understand asks nothing', () => {
  expect(fromQuery({})).toEqual(firstAsk);
  expect(toQuery(firstAsk)).toEqual({});
  const asked = {
    ...firstAsk, by: 'unit' as const, period: 'year' as const, ground: 'now' as const, filters: { ...noFilters, street: ['440114001', '440114002'], matter: ['gb47678.5-2026/matter/07003'] },
    columns: ['time', 'hotline'] as const, sort: '-handled_on_time:median', indicator: 'return_rate', chart: 'map' as const, compare: false,
    behind: { indicator: 'handled_on_time', part: 'exempt' as const, key: '' },
  };
  expect(fromQuery(toQuery(asked))).toEqual(asked);
  expect(fromQuery({ by: 'moon', period: 'era', from: '2026-02-30', to: '2026-03-01', part: 'n', columns: 'x', chart: 'pie' })).toEqual(firstAsk);
  expect(fromQuery({ from: '2026-03-02', to: '2026-03-01' }).period).toBe('month');
  expect(toQuery({ ...firstAsk, behind: { indicator: 'filed', part: 'n', key: undefined } })).toEqual({ fact: 'filed', part: 'n' });
});

test('an empty key is a group and not a missing word', () => {
  expect(wordsOf({ ground: 'was', filters: { ...noFilters, person: ['street'] } }, { from: '2026-11-01', to: '2026-11-23' })).toEqual({ from: '2026-11-01', to: '2026-11-23', person: 'street' });
  expect(fromQuery({ fact: 'filed', part: 'n', key: '' }).behind).toEqual({ indicator: 'filed', part: 'n', key: '' });
});

test('a period that still runs ends today, so that last year is asked for as many days', () => {
  expect(daysOf('month', '2026-11-23')).toEqual({ from: '2026-11-01', to: '2026-11-23' });
  expect(daysOf('last', '2026-01-05')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
  expect(daysOf('quarter', '2026-11-23')).toEqual({ from: '2026-10-01', to: '2026-11-23' });
  expect(daysOf('year', '2026-11-23')).toEqual({ from: '2026-01-01', to: '2026-11-23' });
  expect(daysAsked({ ...firstAsk, period: null, from: '2026-01-01', to: '2026-01-02' }, '')).toEqual({ from: '2026-01-01', to: '2026-01-02' });
  expect(yearBefore({ from: '2024-02-01', to: '2024-02-29' })).toEqual({ from: '2023-02-01', to: '2023-02-28' });
  expect([isDay('2026-02-29'), isDay('2024-02-29'), isDay('2026-2-1')]).toEqual([false, true, false]);
  expect(lengthOf({ from: '2026-10-01', to: '2026-11-23' })).toBe(54);
  expect(pointsOf({ from: '2026-11-29', to: '2026-12-02' }, 'day')).toEqual(['2026-11-29', '2026-11-30', '2026-12-01', '2026-12-02']);
  expect(pointsOf({ from: '2025-11-30', to: '2026-02-01' }, 'month')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
});

test('a name leads inside its group, a time to its days', () => {
  expect(inside(firstAsk, 'street', '440114002')).toMatchObject({ by: 'community', filters: { street: ['440114002'] }, period: 'month' });
  expect(inside(firstAsk, 'day', '2026-11-20')).toMatchObject({ by: 'street', period: null, from: '2026-11-20', to: '2026-11-20' });
  expect(inside(firstAsk, 'month', '2026-02')).toMatchObject({ by: 'day', from: '2026-02-01', to: '2026-02-28' });
  expect(inside(firstAsk, 'street', '')).toBeNull();
});

test('moving is better or worse by the sense of the indicator, and nothing compares with nothing', () => {
  const row = (n: number, d: number, total = 0) => readRow({ key: '', handled_on_time: { n, d }, return_rate: { n, d }, reported: total });
  expect(changeOf(onTime, row(9, 10), row(8, 10))).toMatchObject({ unit: 'points', way: 'up', judgement: 'better' });
  expect(changeOf(returns, row(9, 10), row(8, 10))).toMatchObject({ way: 'up', judgement: 'worse' });
  expect(changeOf(onTime, row(9, 10), row(9, 10))).toMatchObject({ way: 'same', judgement: 'none' });
  expect(changeOf(onTime, row(9, 10), row(0, 0))).toBeNull();
  expect(changeOf(onTime, row(9, 10), null)).toBeNull();
  expect(changeOf(reported, row(0, 0, 30), row(0, 0, 20))).toEqual({ amount: 50, unit: 'percent', way: 'up', judgement: 'none' });
  expect(changeOf(reported, row(0, 0, 30), row(0, 0, 0))).toBeNull();
});

test('every indicator of the catalogue has a column, those that nobody grouped under other', () => {
  const all = [indicator('closed_on_time'), onTime, returns, indicator('new_one'), indicator('per_grid', 'per'), indicator('handling_time', 'duration')];
  expect(columnsOf(all, 'time').map((i) => i.code)).toEqual(['handled_on_time', 'closed_on_time']);
  expect(columnsOf(all, 'other').map((i) => i.code)).toEqual(['new_one']);
  expect(groupsOf(all, 'street')).toEqual(['time', 'quality', 'density', 'other']);
  expect(groupsOf(all, 'unit')).not.toContain('density');
  expect(columnGroups.flatMap((g) => columnsOf(all, g)).length).toBe(5);
});

test('any column sorts, both ways, and what does not apply is last either way', () => {
  const rows = [
    readRow({ key: 'a', handled_on_time: { n: 1, d: 2 }, durations: { handling: { n: 1, median_min: 30, p90_min: 40 } }, score: 70 }),
    readRow({ key: 'b', handled_on_time: { n: 0, d: 0 }, score: null }),
    readRow({ key: 'c', handled_on_time: { n: 3, d: 4 }, durations: { handling: { n: 1, median_min: 20, p90_min: 90 } }, score: 60 }),
  ];
  const order = (sort: string): string => sorted(rows, sort, [onTime], (r) => r.key).map((r) => r.key).join('');
  expect(order('')).toBe('abc');
  expect(order('-handled_on_time')).toBe('cab');
  expect(order('handled_on_time')).toBe('acb');
  expect(order('handled_on_time:median')).toBe('cab');
  expect(order('-handled_on_time:p90')).toBe('cab');
  expect(order('-score')).toBe('acb');
  expect(order('-name')).toBe('cba');
});

test('the scale is fixed, its bright end is the good one, and every step has its words', () => {
  expect([100, 98, 97.9, 95, 90, 75, 60, 59].map((p) => stepOf(p, 'more'))).toEqual([5, 5, 4, 4, 3, 2, 1, 0]);
  expect([0, 2, 2.1, 5, 10, 25, 40, 41].map((p) => stepOf(p, 'less'))).toEqual([5, 5, 4, 4, 3, 2, 1, 0]);
  expect(shareLegend('more')).toEqual(['< 60%', '60–75%', '75–90%', '90–95%', '95–98%', '≥ 98%']);
  expect(shareLegend('less')).toEqual(['> 40%', '25–40%', '10–25%', '5–10%', '2–5%', '≤ 2%']);
  expect(roundLimits(130)).toEqual([25, 50, 75, 100, 125]);
  expect(roundLimits(0)).toEqual([1, 2, 3, 4, 5]);
  expect([0, 25, 130].map((n) => numberStep(n, roundLimits(130), 'none'))).toEqual([0, 1, 5]);
  expect(numberStep(0, [1, 2, 3, 4, 5], 'less')).toBe(5);
  expect(numberLegend(roundLimits(130), 'none')).toHaveLength(steps.length);
});

/** Contrast as WCAG reckons it. */
function contrast(a: string, b: string): number {
  const light = (hex: string): number => {
    const c = [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16) / 255).map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * (c[0] ?? 0) + 0.7152 * (c[1] ?? 0) + 0.0722 * (c[2] ?? 0);
  };
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return ((x ?? 0) + 0.05) / ((y ?? 0) + 0.05);
}
test('what is written on a step can be read, and the steps grow lighter one by one', () => {
  for (const s of steps) expect(contrast(s.ground, s.ink), s.ground).toBeGreaterThanOrEqual(4.5);
  const on = steps.map((s) => contrast(s.ground, '#000000'));
  expect([...on].sort((a, b) => a - b)).toEqual(on);
});

test('outlines fill the width, keep north up, and hold their names inside', () => {
  const square = (w: number, s: number): GeoJSON.Feature<GeoJSON.Polygon> => ({
    type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[[w, s], [w + 0.1, s], [w + 0.1, s + 0.1], [w, s + 0.1], [w, s]]] },
  });
  const d = draw(new Map([['south', square(113, 23)], ['north', square(113, 23.1)]]), 100);
  expect(d.width).toBe(100);
  expect(d.height).toBeCloseTo(200 / Math.cos((23.1 * Math.PI) / 180), 0);
  const [south, north] = d.outlines;
  expect(north?.at[1]).toBeLessThan(south?.at[1] ?? 0);
  expect(south?.at[0]).toBeCloseTo(50, 0);
  expect(north?.path).toMatch(/^M0\.0 /);
});
