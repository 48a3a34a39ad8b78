import { expect, test } from 'vitest';
import { begun, commandJob, emptyDraft, lacking, reportBody, reportJob, type Draft } from './draft';
import { nextStep } from './outbox';
import { asDraft } from './undo';

const full: Draft = {
  ...emptyDraft('d', 1_000), photos: ['p'],
  matter: { scheme: 's', kind: 'matter', code: '06010', name: '暴露垃圾' },
  spot: { lng: 113.2, lat: 23.4, accuracy: 12, pinned: false },
};

test('a report needs a matter and a place, and proof when it was settled on the spot', () => {
  expect(lacking(emptyDraft('d', 0))).toEqual(['matter', 'place']);
  expect(lacking(full)).toEqual([]);
  expect(lacking({ ...full, onTheSpot: true, photos: [] })).toEqual(['before', 'after']);
  expect(lacking({ ...full, onTheSpot: true })).toEqual(['after']);
  expect(lacking({ ...full, onTheSpot: true, after: ['q'] })).toEqual([]);
  expect(begun(emptyDraft('d', 0))).toBe(false);
  expect(begun(full)).toBe(true);
});

test('a report without words says what it is about', () => {
  expect(reportBody(full, 'inspector', 't')).toEqual({
    source: 'inspector', matter: { scheme: 's', kind: 'matter', code: '06010' }, description: '暴露垃圾', severity: 'normal',
    location: { lng: 113.2, lat: 23.4, crs: 'wgs84', accuracy_m: 12 }, captured_at: 't',
  });
});

test('a place set by hand says so and claims no accuracy', () => {
  const pinned = { ...full, spot: { lng: 1, lat: 2, accuracy: 0, pinned: true }, address: ' 公益路 ', criterion: 'c', onTheSpot: true };
  expect(reportBody(pinned, 'inspector', 't')).toMatchObject({
    criterion: 'c', handled_on_the_spot: true, location: { pinned: true, address: '公益路' },
  });
  expect(reportBody(pinned, 'inspector', 't')['location']).not.toHaveProperty('accuracy_m');
});

test('a report waits ten seconds, a command none; a command brings its photos along', () => {
  expect(reportJob(full, 'k', 'me', 'inspector', 5_000)).toMatchObject({ state: 'held', holdUntil: 15_000 });
  const c = commandJob({ id: 'i', number: 'n', command: 'pass' }, 't', {}, ['p'], 'k', 'me', 5_000);
  expect(c.state).toBe('waiting');
  expect(nextStep(c)).toEqual({ kind: 'photo', index: 0 });
});

test('what was settled on the spot goes with its pair, before anything is said', () => {
  const job = reportJob({ ...full, onTheSpot: true, after: ['q'] }, 'k', 'me', 'inspector', 5_000);
  expect(job.photos).toEqual([{ local: 'p', remote: null }, { local: 'q', remote: null, after: true }]);
  expect(nextStep(job)).toEqual({ kind: 'photo', index: 0 });
  expect(reportJob({ ...full, after: ['q'] }, 'k', 'me', 'inspector', 5_000).photos).toEqual([{ local: 'p', remote: null }]);
});

test('a report taken back is the draft that it was', () => {
  const d: Draft = { ...full, description: '三袋', criterion: 'c1', severity: 'urgent', address: '公益路', spot: { lng: 1, lat: 2, accuracy: 0, pinned: true }, onTheSpot: true, after: ['q'] };
  const again = asDraft(reportJob(d, 'k', 'me', 'inspector', 5_000));
  expect({ ...again, id: d.id, startedAt: d.startedAt }).toEqual(d);
  expect(asDraft(reportJob(full, 'k', 'me', 'inspector', 5_000)).description).toBe('');
});
