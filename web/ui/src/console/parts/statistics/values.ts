/** Numbers of the statistics as they are written. */
import { count, percent } from '@shared/format';
import { useLabels } from '@shared/labels';
import { isShare, spanOf, valueOf, type Indicator, type StatRow } from '../../statistics';
import type { Change } from './change';

/** 12,345 of a count, 3.2 of what is no whole number. */
export const plain = (n: number): string => (Number.isInteger(n) ? count(n) : n.toFixed(n >= 100 ? 0 : n >= 1 ? 1 : 2));

export function useValues() {
  const { t } = useLabels();
  /** The value alone; null: not applicable. */
  const shown = (i: Indicator, r: StatRow): string | null => {
    const v = valueOf(i, r);
    if (v === null) return null;
    if (!isShare(i, r)) return plain(v);
    const x = r.ratios.get(i.code);
    return x === undefined ? null : percent(x.n, x.d);
  };
  /** 92.1% (35/38), or that there is no denominator. */
  const full = (i: Indicator, r: StatRow): string => {
    const v = shown(i, r);
    if (v === null) return t('stats.naFull');
    const x = r.ratios.get(i.code);
    return isShare(i, r) && x !== undefined ? `${v} (${count(x.n)}/${count(x.d)})` : v;
  };
  const span = (minutes: number | null): string => {
    if (minutes === null) return t('stats.na');
    const s = spanOf(minutes);
    return `${s.n}${s.unit === 'minute' ? t('stats.minuteUnit') : s.unit === 'hour' ? t('stats.hourUnit') : t('stats.dayUnit')}`;
  };
  const amount = (c: Change): string => {
    const n = Math.abs(c.amount);
    return `${n >= 100 ? n.toFixed(0) : n.toFixed(1)}${c.unit === 'percent' ? '%' : ''}`;
  };
  /** 上升 1.2 个百分点，好转 */
  const inWords = (c: Change | null): string => {
    if (c === null) return t('stats.noBase');
    if (c.way === 'same') return t('stats.same');
    const n = Math.abs(c.amount).toFixed(1);
    return `${t(`stats.${c.way}`)} ${t({ points: 'stats.points', percent: 'stats.percentOf', score: 'stats.scorePoints' }[c.unit], { n })}${c.judgement === 'none' ? '' : `, ${t(`stats.${c.judgement}`)}`}`;
  };
  return { shown, full, span, amount, inWords };
}
