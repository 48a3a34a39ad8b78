import { expect, test } from 'vitest';
import { trust, type Incident } from '@shared/wire';
import { around, away, duplicates, metres, roundedMetres, sorted, taskKind } from './tasks';

const at = (id: string, lng: number | null, lat: number | null, due: string | null, more: object = {}): Incident =>
  trust<Incident>({
    id, status: 'open', stage: 'verifying', suspended: false, reported_at: '2026-11-23T09:00:00+08:00',
    location: { lng, lat, address: '' }, due: { stage: due, total: null }, ...more,
  });
const here = { lng: 113.232, lat: 23.402, accuracy: 10 };

test('a degree of latitude is 111 kilometres', () => {
  expect(metres({ lng: 113, lat: 23 }, { lng: 113, lat: 24 })).toBeCloseTo(111_195, -1);
  expect(metres(here, here)).toBe(0);
});

test('tasks come by time left, the undated last', () => {
  const a = at('a', 113.24, 23.402, '2026-11-23T12:00:00+08:00');
  const b = at('b', 113.233, 23.402, '2026-11-23T10:00:00+08:00');
  const c = at('c', 113.2321, 23.402, null);
  const s = at('s', 113.2321, 23.402, '2026-11-23T09:30:00+08:00', { suspended: true });
  expect(sorted([c, a, s, b], 'time', here).map((t) => t.id)).toEqual(['b', 'a', 'c', 's']);
});

test('tasks come by distance, the unplaced last and equal ones by time', () => {
  const a = at('a', 113.24, 23.402, '2026-11-23T10:00:00+08:00');
  const b = at('b', 113.233, 23.402, '2026-11-23T12:00:00+08:00');
  const b2 = at('b2', 113.233, 23.402, '2026-11-23T11:00:00+08:00');
  const none = at('none', null, null, '2026-11-23T09:00:00+08:00');
  expect(sorted([none, a, b, b2], 'distance', here).map((t) => t.id)).toEqual(['b2', 'b', 'a', 'none']);
  expect(sorted([a, b], 'distance', null).map((t) => t.id)).toEqual(['a', 'b']);
});

test('only three stages ask something of the community', () => {
  expect(taskKind({ status: 'open', stage: 'verifying' })).toBe('verify');
  expect(taskKind({ status: 'open', stage: 'checking' })).toBe('check');
  expect(taskKind({ status: 'open', stage: 'handling' })).toBe('handle');
  expect(taskKind({ status: 'open', stage: 'closing' })).toBeNull();
  expect(taskKind({ status: 'closed', stage: null })).toBeNull();
});

test('a distance is as exact as a walk needs it', () => {
  expect([3, 12, 104, 946, 1_240, 12_300].map((m) => Object.values(roundedMetres(m)).join(' '))).toEqual(
    ['5 m', '10 m', '100 m', '950 m', '1.2 km', '12 km'],
  );
});

test('a possible duplicate lies within 50 metres and 24 hours', () => {
  const now = Date.parse('2026-11-23T10:00:00+08:00');
  const beside = at('beside', 113.2322, 23.402, null);
  const far = at('far', 113.2332, 23.402, null);
  const old = at('old', 113.2321, 23.402, null, { reported_at: '2026-11-21T09:00:00+08:00' });
  const closest = at('closest', 113.2321, 23.402, null);
  const unplaced = at('unplaced', null, null, null);
  expect(duplicates([beside, far, old, unplaced, closest], here, now).map((i) => i.id)).toEqual(['closest', 'beside']);
});

test('the box around a point holds what is as far away as it says', () => {
  const [w, s, e, n] = around(here, 60).split(',').map(Number);
  expect(metres({ lng: w ?? 0, lat: here.lat }, here)).toBeCloseTo(60, 0);
  expect(metres({ lng: here.lng, lat: n ?? 0 }, here)).toBeCloseTo(60, 0);
  expect((e ?? 0) > (w ?? 0) && (n ?? 0) > (s ?? 0)).toBe(true);
});

test('nobody knows how far when a place is missing', () => {
  expect(away(at('x', null, null, null), here)).toBeNull();
  expect(away(at('x', 113, 23, null), null)).toBeNull();
});
