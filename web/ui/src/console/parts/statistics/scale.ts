/**
 * The fixed scale of the heat table and the map. Six steps of cividis, which people of
 * any colour vision read in the same order; the bright end is always the good one. A
 * rate has the same colour on every page and in every period.
 */
import type { Indicator } from '../../statistics';

/** From the poorest to the best; each with the ink that can be read on it. */
export const steps = [
  { ground: '#00204d', ink: '#ffffff' },
  { ground: '#3a486b', ink: '#ffffff' },
  { ground: '#666970', ink: '#ffffff' },
  { ground: '#a39a76', ink: '#15202b' },
  { ground: '#d0be67', ink: '#15202b' },
  { ground: '#fee838', ink: '#15202b' },
] as const;
/** The least points, of 100, of each step after the first. */
const limits = [60, 75, 90, 95, 98] as const;

/** The step of a share; less of it is better where its sense says so. */
export function stepOf(percent: number, sense: Indicator['sense']): number {
  const points = sense === 'less' ? 100 - percent : percent;
  // A rate of exactly a limit belongs to it, whatever the last bit of a division says.
  return limits.filter((l) => points >= l - 1e-9).length;
}
/** What each step of a share means, from the poorest to the best. */
export function shareLegend(sense: Indicator['sense']): readonly string[] {
  const at = (l: number): number => (sense === 'less' ? 100 - l : l);
  const [first, ...rest] = limits;
  return [`${sense === 'less' ? '>' : '<'} ${at(first)}%`, ...limits.map((l, k) => (k === limits.length - 1 ? `${sense === 'less' ? '≤' : '≥'} ${at(l)}%` : sense === 'less' ? `${at(rest[k] ?? 0)}–${at(l)}%` : `${l}–${rest[k]}%`))];
}

/** Limits for numbers that have no natural end: five even steps of a round size, 0 the least. */
export function roundLimits(most: number): readonly number[] {
  if (most <= 0) return [1, 2, 3, 4, 5];
  const rough = most / 6;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 2.5, 5, 10].map((x) => x * ten).find((x) => x >= rough) ?? 10 * ten;
  return [1, 2, 3, 4, 5].map((k) => Number((k * size).toPrecision(6)));
}
/** The step of a number among limits; the bright end is where more is, unless less is better. */
export function numberStep(n: number, limits: readonly number[], sense: Indicator['sense']): number {
  const k = limits.filter((l) => n >= l).length;
  return sense === 'less' ? steps.length - 1 - k : k;
}
export function numberLegend(limits: readonly number[], sense: Indicator['sense']): readonly string[] {
  const words = [`< ${limits[0]}`, ...limits.map((l, k) => (k === limits.length - 1 ? `≥ ${l}` : `${l}–${limits[k + 1]}`))];
  return sense === 'less' ? words.reverse() : words;
}
