import { describe, expect, test } from 'vitest';
import { comesLater, due, nextDue, nextStep, pending, progress, readyAt, step, wait, type Job, type News } from './outbox';

const report: Job = {
  key: 'k1', by: 'inspector', kind: 'report', title: '路灯不亮', createdAt: 1_000, holdUntil: 11_000, body: {}, target: null,
  photos: [{ local: 'a', remote: null }, { local: 'b', remote: null }], photosFirst: false, state: 'held', textDone: false,
  attached: false, incident: '', number: '', attempts: 0, nextAt: 0, problem: '',
};
const told: News = { kind: 'text-done', incident: 'i1', number: 'n1' };
const run = (job: Job, ...news: News[]): Job => news.reduce(step, job);

describe('a report', () => {
  test('is held for its time, then ready by itself', () => {
    expect(readyAt(report)).toBe(11_000);
    expect(due([report], 'inspector', 10_999)).toBeNull();
    expect(due([report], 'inspector', 11_000)).toBe(report);
  });
  test('goes as text first, its photos after, and is joined to them last', () => {
    let job = run(report, { kind: 'begin' }, told);
    expect(job).toMatchObject({ state: 'waiting', number: 'n1', incident: 'i1' });
    expect(nextStep(job)).toEqual({ kind: 'photo', index: 0 });
    job = run(job, { kind: 'begin' }, { kind: 'photo-done', index: 0, remote: 'A' });
    expect(nextStep(job)).toEqual({ kind: 'photo', index: 1 });
    job = run(job, { kind: 'photo-done', index: 1, remote: 'B' });
    expect(nextStep(job)).toEqual({ kind: 'attach' });
    job = run(job, { kind: 'attached' });
    expect(job.state).toBe('sent');
    expect(nextStep(job)).toBeNull();
  });
  test('without photos is sent with its text', () => {
    expect(run({ ...report, photos: [] }, { kind: 'begin' }, told).state).toBe('sent');
  });
  test('settled on the spot waits for its photos', () => {
    const spot: Job = { ...report, photosFirst: true };
    expect(nextStep(spot)).toEqual({ kind: 'photo', index: 0 });
    const both = run(spot, { kind: 'photo-done', index: 0, remote: 'A' }, { kind: 'photo-done', index: 1, remote: 'B' });
    expect(nextStep(both)).toEqual({ kind: 'text' });
    expect(run(both, told).state).toBe('sent');
  });
  test('found on a round answers for its grid, once it has a number and its photos', () => {
    const job = run({ ...report, photos: [], visit: { campaign: 'c', grid: 'g' } }, { kind: 'begin' }, told);
    expect(nextStep(job)).toEqual({ kind: 'visit' });
    expect(run(job, { kind: 'visited' }).state).toBe('sent');
  });
  test('a visit by itself is one step', () => {
    const visit: Job = { ...report, kind: 'visit', photos: [], photosFirst: true, state: 'waiting', visit: { campaign: 'c', grid: 'g' } };
    expect(nextStep(visit)).toEqual({ kind: 'text' });
    expect(run(visit, { kind: 'begin' }, { kind: 'text-done', incident: '', number: '' }).state).toBe('sent');
  });
  test('counts its steps', () => {
    expect(progress(report)).toEqual({ done: 0, total: 4 });
    expect(progress(run(report, told, { kind: 'photo-done', index: 0, remote: 'A' }))).toEqual({ done: 2, total: 4 });
    expect(progress({ ...report, photosFirst: true })).toEqual({ done: 0, total: 3 });
    expect(progress({ ...report, photos: [] })).toEqual({ done: 0, total: 1 });
  });
});

describe('trouble', () => {
  test('a failure keeps what was done, waits longer each time and never gives up', () => {
    let job = run(report, told);
    let before = 0;
    for (let n = 1; n <= 30; n++) {
      job = run(job, { kind: 'begin' }, { kind: 'failed', now: 0, random: 1, problem: 'unreachable' });
      expect(job).toMatchObject({ state: 'waiting', attempts: n, textDone: true });
      expect(job.nextAt).toBeGreaterThanOrEqual(before);
      before = job.nextAt;
    }
    expect(before).toBe(120_000);
    expect(wait(1, 0)).toBe(1_000);
  });
  test('a success forgets the failures before it', () => {
    expect(run(report, { kind: 'failed', now: 0, random: 1, problem: 'x' }, told)).toMatchObject({ attempts: 0, nextAt: 0, problem: '' });
  });
  test('a refusal waits for the user, who may try again', () => {
    const refused = run(report, { kind: 'send-now' }, { kind: 'begin' }, { kind: 'refused', problem: 'invalid' });
    expect(readyAt(refused)).toBeNull();
    expect(step(refused, { kind: 'begin' })).toBe(refused);
    expect(run(refused, { kind: 'retry' })).toMatchObject({ state: 'waiting', problem: '' });
  });
  test('a request interrupted by a kill is asked again with the same key', () => {
    const recovered = run(report, { kind: 'begin' }, { kind: 'recovered' });
    expect(recovered).toMatchObject({ key: 'k1', state: 'waiting' });
    expect(step(report, { kind: 'recovered' })).toBe(report);
  });
  test('nothing changes what was sent', () => {
    const sent = run({ ...report, photos: [] }, told);
    expect(run(sent, { kind: 'failed', now: 0, random: 0, problem: 'x' }, { kind: 'refused', problem: 'x' }, { kind: 'retry' })).toBe(sent);
  });
  test('only some answers are worth asking again', () => {
    expect([408, 429, 500, 503].map(comesLater)).toEqual([true, true, true, true]);
    expect([400, 401, 403, 404, 409, 413, 415, 422].some(comesLater)).toBe(false);
  });
});

describe('the queue', () => {
  test('sends words before pictures, then the oldest', () => {
    const a = run({ ...report, key: 'a', createdAt: 1 }, told);
    const b: Job = { ...report, key: 'b', createdAt: 2, state: 'waiting' };
    const c: Job = { ...report, key: 'c', createdAt: 3, state: 'waiting' };
    expect(due([c, a, b], 'inspector', 0)?.key).toBe('b');
    expect(due([a], 'inspector', 0)?.key).toBe('a');
  });
  test('one that waits does not hold up the others, and others’ jobs stay', () => {
    const late: Job = { ...report, key: 'a', state: 'waiting', nextAt: 9_000 };
    const ready: Job = { ...report, key: 'b', createdAt: 5_000, state: 'waiting' };
    expect(due([late, ready], 'inspector', 0)?.key).toBe('b');
    expect(due([late, ready], 'somebody', 0)).toBeNull();
    expect(nextDue([late], 'inspector')).toBe(9_000);
    expect(nextDue([late], 'somebody')).toBeNull();
  });
  test('lists everything that is not wholly there', () => {
    const sent = run({ ...report, photos: [] }, told);
    const refused = run(report, { kind: 'refused', problem: 'x' });
    expect(pending([report, sent, refused])).toEqual([report, refused]);
  });
});
