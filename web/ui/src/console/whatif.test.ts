import { describe, expect, test } from 'vitest';
import { csvOf, linesOf, turn, type Figures } from './whatif';

const figures = (over: Partial<Figures>): Figures => ({
  stages: [], total: { on_time: 0, expired: 0, late: 0, due: 0 }, dispatched: 0, handled: 0, closed: 0, open: 0, returns: 0, difficult: 0, extensions: 0, suspensions: 0, warned: 0, expired: 0, ...over,
});

describe('a table as it is sent', () => {
  test('keeps a comma, a quote and a line in their cell', () => {
    expect(csvOf(['name', 'value'], [{ name: 'a,b', value: 'say "x"' }, { name: 'l\nm', value: '' }])).toBe('name,value\n"a,b","say ""x"""\n"l\nm",\n');
  });
});

describe('then and now', () => {
  const run = (on_time: number, due: number, stage?: string) => ({ ...(stage === undefined ? {} : { stage }), on_time, due, expired: due - on_time, late: 0 });
  test('stand side by side, and a stage that was never judged is left out', () => {
    const { rates } = linesOf(figures({ total: run(8, 10), stages: [run(1, 2, 'handling'), run(0, 0, 'closing')] }), figures({ total: run(9, 10), stages: [run(2, 2, 'handling'), run(0, 0, 'closing')] }));
    expect(rates.map((l) => [l.key, l.then, l.now, l.of])).toEqual([['total', 8, 9, [10, 10]], ['handling', 1, 2, [2, 2]]]);
  });
  test('a rate is judged by its share, a count by what is wanted of it', () => {
    expect(turn({ key: 'total', then: 8, now: 8, of: [10, 16], good: 'more' })).toBe('worse');
    expect(turn({ key: 'returns', then: 8, now: 3, good: 'less' })).toBe('better');
    expect(turn({ key: 'dispatched', then: 8, now: 3, good: 'neither' })).toBe('same');
    expect(turn({ key: 'total', then: 0, now: 1, of: [0, 1], good: 'more' })).toBe('same');
  });
});
