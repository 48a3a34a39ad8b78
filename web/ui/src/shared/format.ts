/** Dates and numbers as the district reads them: China Standard Time, whatever the PC says. */

const zone = 'Asia/Shanghai';
const partsOf = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  hourCycle: 'h23',
});

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

export function parts(at: string | number): Parts | null {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  const p = Object.fromEntries(partsOf.formatToParts(date).map((x) => [x.type, x.value]));
  return {
    year: p['year'] ?? '', month: p['month'] ?? '', day: p['day'] ?? '',
    hour: p['hour'] ?? '', minute: p['minute'] ?? '', second: p['second'] ?? '',
  };
}

/** 2026-11-23, the day in the district. */
export function isoDay(at: string | number): string {
  const p = parts(at);
  return p === null ? '' : `${p.year}-${p.month}-${p.day}`;
}

/** 11-23 09:41, with the year when it is not the year of `now`. */
export function dayTime(at: string | number, now?: number | null): string {
  const p = parts(at);
  if (p === null) return '';
  const year = now == null ? '' : parts(now)?.year;
  return `${year !== undefined && year !== '' && year !== p.year ? `${p.year}-` : ''}${p.month}-${p.day} ${p.hour}:${p.minute}`;
}

/** 09:41:10 */
export function clockTime(at: string | number): string {
  const p = parts(at);
  return p === null ? '' : `${p.hour}:${p.minute}:${p.second}`;
}

/** 09:41 */
export function hourMinute(at: string | number): string {
  const p = parts(at);
  return p === null ? '' : `${p.hour}:${p.minute}`;
}

/** mm:ss, or h:mm:ss past the hour: how long something has been so. */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return s >= 3600
    ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${two(Math.floor(s / 60))}:${two(s % 60)}`;
}

const whole = new Intl.NumberFormat('en-US');

/** 12,345 */
export function count(n: number): string {
  return whole.format(n);
}

/** 68.4 % of a denominator, or null when there is none. */
export function percent(numerator: number, denominator: number): string | null {
  return denominator === 0 ? null : `${((100 * numerator) / denominator).toFixed(1)}%`;
}

/** 003 of 440114002002003: a grid's number within its community. */
export function gridNumber(code: string): string {
  return code.length === 15 ? code.slice(12) : code;
}

/** The area a unit serves: the digits its code begins with, or the district. */
export function areaOf(unit: string, district = '440114'): string {
  const area = unit.split('-')[0] ?? '';
  return /^(\d{6}|\d{9}|\d{12})$/.test(area) ? area : district;
}
