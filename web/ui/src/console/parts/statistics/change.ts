/** How an indicator moved against another time: which way, how far, and whether that is good. */
import { isShare, valueOf, type Indicator, type StatRow } from '../../statistics';

export interface Change {
  /** Points of percent for a share, percent of the former for a number, points of a hundred for a score. */
  readonly amount: number;
  readonly unit: 'points' | 'percent' | 'score';
  readonly way: 'up' | 'down' | 'same';
  readonly judgement: 'better' | 'worse' | 'none';
}

function judged(amount: number, unit: Change['unit'], sense: Indicator['sense']): Change {
  const way = Math.abs(amount) < 0.05 ? 'same' : amount > 0 ? 'up' : 'down';
  const judgement = way === 'same' || sense === 'none' ? 'none' : (way === 'up') === (sense === 'more') ? 'better' : 'worse';
  return { amount, unit, way, judgement };
}

/** Null where one of the two times has nothing to compare: no denominator, or none counted before. */
export function changeOf(i: Indicator, now: StatRow, before: StatRow | null): Change | null {
  const [a, b] = [valueOf(i, now), valueOf(i, before)];
  if (a === null || b === null) return null;
  if (isShare(i, now)) return judged(a - b, 'points', i.sense);
  return b === 0 ? null : judged((100 * (a - b)) / b, 'percent', i.sense);
}

export const scoreChange = (now: number | null, before: number | null): Change | null =>
  now === null || before === null ? null : judged(now - before, 'score', 'more');
