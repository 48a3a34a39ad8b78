import { expect, test } from 'vitest';
import type { PictureFeature } from '@shared/wire';
import { countFilters, featurePasses, fromQuery, mapCanCount, mapCanJudge, noFilters, toggle, toParams, toQuery, type Filters } from './filters';

const full: Filters = {
  view: 'all', status: ['closed'], stage: ['handling', 'checking'], tier: ['street'], lamp: ['yellow', 'red'], source: ['hotline'],
  street: ['440114002'], community: ['440114002002'], holder: ['440114002-S01', 'D01'], matter: ['06010'], flag: ['outside_grid'],
  overdue: true, q: '店外 经营', bbox: [113.1, 23.3, 113.3, 23.5], from: '2026-11-01', to: '2026-11-23', sort: 'reported_at',
};

test('filters come back from the URL as they were', () => {
  expect(fromQuery(toQuery(full))).toEqual(full);
  for (const view of ['mine', 'open', 'all'] as const) {
    const plain = fromQuery({ view });
    expect(fromQuery(toQuery(plain))).toEqual(plain);
  }
});

test('a URL that says nothing filters nothing', () => {
  expect(fromQuery({})).toEqual(noFilters);
  expect(fromQuery({}, 'mine').view).toBe('mine');
  expect(countFilters(fromQuery({}))).toBe(0);
});

test('what is not understood is left out, never sent on', () => {
  const f = fromQuery({ view: 'x', stage: 'handling,flying', lamp: ['red'], bbox: '1,2,3', from: 'yesterday', sort: 'luck', street: '440114002,,440114002' });
  expect(f).toEqual({ ...noFilters, stage: ['handling'], street: ['440114002'] });
  expect(fromQuery({ bbox: '113.3,23.3,113.1,23.5' }).bbox).toBeNull();
});

test('the open view asks for open ones, the others for what they say', () => {
  expect(toParams(noFilters)).toEqual({ status: 'open', sort: 'due' });
  expect(toParams({ ...noFilters, view: 'all', sort: '-reported_at' })).toEqual({ sort: '-reported_at' });
  expect(toParams(full)['status']).toBe('closed');
});

test('a filter pressed twice is as before', () => {
  const once = toggle(noFilters, 'stage', 'handling');
  expect(once.stage).toEqual(['handling']);
  expect(toggle(once, 'stage', 'handling')).toEqual(noFilters);
});

test('the map judges only what a feature knows', () => {
  const feature: PictureFeature = {
    type: 'Feature', id: 'a', geometry: { type: 'Point', coordinates: [113.2, 23.4] },
    properties: { number: '440114-20261123-00001', matter: { scheme: 'gb47678.5-2026', kind: 'matter', code: '06010', name: '暴露垃圾' }, stage: 'handling', tier: 'street', lamp: 'red', street: '440114002', community: '440114002002', flags: ['simulated'] },
  };
  expect(featurePasses({ ...noFilters, lamp: ['red'], matter: ['06010'], bbox: [113.1, 23.3, 113.3, 23.5] }, feature)).toBe(true);
  expect(featurePasses({ ...noFilters, lamp: ['green'] }, feature)).toBe(false);
  expect(featurePasses({ ...noFilters, bbox: [113.3, 23.3, 113.4, 23.5] }, feature)).toBe(false);
  expect(featurePasses({ ...noFilters, flag: ['unplaced'] }, feature)).toBe(false);
  expect(featurePasses({ ...noFilters, bbox: [113.1, 23.3, 113.3, 23.5] }, { ...feature, geometry: null })).toBe(false);
  expect(mapCanJudge({ ...noFilters, lamp: ['red'], street: ['440114002'] })).toBe(true);
  expect(mapCanJudge({ ...noFilters, q: '垃圾' })).toBe(false);
  expect(mapCanJudge({ ...noFilters, view: 'mine' })).toBe(false);
  expect(mapCanCount(noFilters)).toBe(true);
  expect(mapCanCount({ ...noFilters, view: 'all' })).toBe(false); // closed ones pass too, and are on no map
  expect(featurePasses({ ...noFilters, view: 'all', status: ['closed'] }, feature)).toBe(false);
});
