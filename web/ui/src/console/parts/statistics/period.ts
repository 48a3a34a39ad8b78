/** Days of the district as text, 2026-11-23, and the periods that people ask for. */
export const periods = ['month', 'last', 'quarter', 'year'] as const;
export type Period = (typeof periods)[number];
/** Both inclusive. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const day = (y: number, month: number, d: number): string => new Date(Date.UTC(y, month, d)).toISOString().slice(0, 10);
const split = (of: string): readonly [y: number, month: number, d: number] => {
  const [y, m, d] = of.split('-').map(Number);
  return [y ?? 0, (m ?? 1) - 1, d ?? 1];
};

export const isDay = (v: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(v) && day(...split(v)) === v;

/**
 * The days of a period. One that still runs ends today: compared with a whole month of
 * last year, three weeks of this one would always look poor.
 */
export function daysOf(p: Period, today: string): Days {
  const [y, m] = split(today);
  switch (p) {
    case 'month': return { from: day(y, m, 1), to: today };
    case 'last': return { from: day(y, m - 1, 1), to: day(y, m, 0) };
    case 'quarter': return { from: day(y, m - (m % 3), 1), to: today };
    case 'year': return { from: day(y, 0, 1), to: today };
  }
}

/** The same days a year before; the 29th of February has its like on the 28th. */
export function yearBefore(d: Days): Days {
  const back = (of: string): string => {
    const [y, m, k] = split(of);
    const last = new Date(Date.UTC(y - 1, m + 1, 0)).getUTCDate();
    return day(y - 1, m, Math.min(k, last));
  };
  return { from: back(d.from), to: back(d.to) };
}

/** How many days. */
export const lengthOf = (d: Days): number => (Date.parse(d.to) - Date.parse(d.from)) / 86_400_000 + 1;

/** Every day, or every month, of a period, first to last. */
export function pointsOf(d: Days, by: 'day' | 'month'): readonly string[] {
  const out: string[] = [];
  const [y, m, k] = split(d.from);
  for (let n = 0; n < 4_000; n++) {
    const at = by === 'day' ? day(y, m, k + n) : day(y, m + n, 1).slice(0, 7);
    if (at > (by === 'day' ? d.to : d.to.slice(0, 7))) break;
    out.push(at);
  }
  return out;
}
