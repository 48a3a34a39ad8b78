import { expect, test } from 'vitest';
import { classes, classLabel, classOf, dayBefore, fresh, noFigures, wallOf } from './wall';

const day = '2026-11-23';
const district = '440114';
const items = [
  { id: 'day:2026-11-23:440114', kind: 'day', scope: district, day, reported: 12, filed: 9, handled: 4, closed: 3, overdue: 1 },
  { id: 'day:2026-11-22:440114', kind: 'day', scope: district, day: '2026-11-22', reported: 192 },
  { id: 'day:2026-11-23:440114002', kind: 'day', scope: '440114002', day, reported: 5 },
  { id: 'open:440114', kind: 'open', scope: district, count: 30, red: 2 },
  { id: 'stage:440114:handling', kind: 'stage', scope: district, key: 'handling', count: 20 },
  { id: 'stage:440114:unheard', kind: 'stage', scope: district, key: 'unheard', count: 1 },
  { id: 'tier:440114:street', kind: 'tier', scope: district, key: 'street', count: 14 },
  { id: 'lamp:440114:red', kind: 'lamp', scope: district, key: 'red', count: 2 },
  { id: 'street:440114001', kind: 'street', scope: district, key: '440114001', name: '新华街道', count: 3, red: 0, day, reported: 2 },
  { id: 'street:440114002', kind: 'street', scope: district, key: '440114002', name: '花城街道', count: 9, red: 1, day: '2026-11-22', reported: 40 },
  { id: 'matter:440114:s/matter/06010', kind: 'matter', scope: district, key: 's/matter/06010', matter: { name: '暴露垃圾' }, count: 4, day, reported: 1 },
  { id: 'source:440114:hotline', kind: 'source', scope: district, key: 'hotline', count: 4, day, reported: 7 },
  { id: 'source:440114:inspector', kind: 'source', scope: district, key: 'inspector', count: 9, day, reported: 5 },
  { id: 'unit:440114:D01', kind: 'unit', scope: district, key: 'D01', name: '区城管局', count: 1, day, to_be_handled: 2, handled_on_time: 1 },
  { id: 'last:a', kind: 'last', incident: 'a', event: 'reported', at: 't', position: 7, matter: { name: '暴露垃圾' }, street: '440114002', lamp: 'yellow' },
  { id: 'last:b', kind: 'last', incident: 'b', event: 'filed', at: 't', position: 9, matter: null, street: '', lamp: 'green' },
];

test('today is the ledger’s day, yesterday the one before, and other walls’ figures stay out', () => {
  const w = wallOf(items, district, day);
  expect(w.today).toMatchObject({ reported: 12, filed: 9, handled: 4, closed: 3, overdue: 1 });
  expect(w.yesterday?.reported).toBe(192);
  expect(wallOf(items, '440114002', day).today.reported).toBe(5);
});

test('midnight needs no fact: the new day begins at nothing and the old one is yesterday', () => {
  const w = wallOf(items, district, '2026-11-24');
  expect(w.today).toEqual(noFigures);
  expect(w.yesterday?.reported).toBe(12);
  expect(dayBefore('2026-03-01')).toBe('2026-02-28');
});

test('a street’s figures of another day are not shown as today’s', () => {
  const [first, second] = wallOf(items, district, day).streets;
  expect(first).toMatchObject({ name: '花城街道', open: 9, red: 1, today: noFigures });
  expect(second).toMatchObject({ name: '新华街道', open: 3 });
  expect(second?.today.reported).toBe(2);
});

test('rankings: streets and matters by what is open, sources by today, units by what was judged', () => {
  const w = wallOf(items, district, day);
  expect(w.matters.map((m) => m.name)).toEqual(['暴露垃圾']);
  expect(w.sources.map((s) => s.key)).toEqual(['hotline', 'inspector']);
  expect(w.units[0]?.today).toMatchObject({ to_be_handled: 2, handled_on_time: 1 });
});

test('what is open is counted by stage, tier and lamp; unheard-of codes are left out', () => {
  const w = wallOf(items, district, day);
  expect([w.open, w.red]).toEqual([30, 2]);
  expect([...w.byStage]).toEqual([['handling', 20]]);
  expect(w.byTier.get('street')).toBe(14);
  expect(w.byLamp.get('red')).toBe(2);
});

test('what just happened comes newest first, and only what is newer than the shown is news', () => {
  const { news } = wallOf(items, district, day);
  expect(news.map((h) => h.incident)).toEqual(['b', 'a']);
  expect(fresh([], news)).toEqual([]);
  expect(fresh(news.slice(1), news).map((h) => h.incident)).toEqual(['b']);
  expect(fresh(news, news)).toEqual([]);
});

test('the legend’s classes cover every number once', () => {
  expect([0, 1, 2, 3, 4, 5, 7, 8, 500].map(classOf)).toEqual([0, 1, 2, 3, 3, 4, 4, 5, 5]);
  expect(classes.map((_, i) => classLabel(i))).toEqual(['0', '1', '2', '3–4', '5–7', '≥8']);
});
