import { expect, test } from 'vitest';
import { batch, batchSize, bodyOf, refusedFixes, worthKeeping, type TrackFix } from './patrol';

const at = (s: number, north = 0, accuracy = 10): TrackFix => ({ at: s * 1_000, lng: 113.2, lat: 23.4 + north / 111_195, accuracy });

test('standing still says something once a minute, walking every twenty metres', () => {
  expect(worthKeeping(null, at(0))).toBe(true);
  expect(worthKeeping(at(0), at(30))).toBe(false);
  expect(worthKeeping(at(0), at(60))).toBe(true);
  expect(worthKeeping(at(0), at(10, 19))).toBe(false);
  expect(worthKeeping(at(0), at(10, 21))).toBe(true);
});

test('what jumps only because the phone is unsure is no walk', () => {
  expect(worthKeeping(at(0), at(10, 40, 100))).toBe(false);
  expect(worthKeeping(at(0), at(10, 60, 100))).toBe(true);
  expect(worthKeeping(null, at(0, 0, 500))).toBe(false);
});

test('the past is not kept a second time', () => {
  expect(worthKeeping(at(60), at(60, 100))).toBe(false);
  expect(worthKeeping(at(60), at(0, 100))).toBe(false);
});

test('the oldest go first, and not all at once', () => {
  const many = Array.from({ length: batchSize + 5 }, (_, i) => at(1_000 - i));
  const sent = batch(many);
  expect(sent).toHaveLength(batchSize);
  expect(sent[0]?.at).toBe(Math.min(...many.map((f) => f.at)));
  expect(bodyOf([at(0)])).toEqual({ fixes: [{ lng: 113.2, lat: 23.4, crs: 'wgs84', at: '1970-01-01T00:00:00.000Z', accuracy_m: 10 }] });
});

test('a refusal takes what it points at, or everything', () => {
  const fixes = [at(0), at(60), at(120)];
  expect(refusedFixes(fixes, ['/fixes/1/at'])).toEqual([at(60)]);
  expect(refusedFixes(fixes, [])).toEqual(fixes);
});
