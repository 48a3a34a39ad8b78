/** The statistics as the server answers them: rows of indicators, the catalogue that says what each is, and the facts behind a figure. */
import { request } from '@shared/api';
import type { Instant } from '@shared/wire';

export const groupings = ['street', 'community', 'unit', 'person', 'matter', 'source', 'tier', 'day', 'month'] as const;
export type Grouping = (typeof groupings)[number];
export const filterFields = ['street', 'community', 'unit', 'matter', 'source', 'tier', 'person'] as const;
export type FilterField = (typeof filterFields)[number];
export type Ground = 'was' | 'now';

export interface Ratio {
  readonly n: number;
  readonly d: number;
}
/** How long runs took that were judged: the middle one, and the one that nine of ten did not exceed. In minutes. */
export interface Durations {
  readonly n: number;
  readonly median: number | null;
  readonly p90: number | null;
}
/** One group. Numbers that lie deeper in the body have the path as their name: `returns_by_code.misdispatched`. */
export interface StatRow {
  readonly key: string;
  readonly name: string;
  readonly numbers: ReadonlyMap<string, number | null>;
  readonly ratios: ReadonlyMap<string, Ratio>;
  readonly durations: ReadonlyMap<string, Durations>;
  readonly score: number | null;
  readonly grade: string | null;
  /** The same without what upheld appeals took away; null where it was not asked for. */
  readonly exempted: StatRow | null;
  readonly yearAgo: StatRow | null;
  readonly monthAgo: StatRow | null;
}

type Body = Readonly<Record<string, unknown>>;
const isBody = (v: unknown): v is Body => typeof v === 'object' && v !== null && !Array.isArray(v);
const numberOr = (v: unknown): number | null => (typeof v === 'number' ? v : null);
const text = (v: unknown): string => (typeof v === 'string' ? v : '');
const other = (v: unknown): StatRow | null => (isBody(v) ? readRow(v) : null);

/** Reads one row. A null is a number that does not apply; what is neither number, ratio nor duration is passed over. */
export function readRow(body: Body): StatRow {
  const numbers = new Map<string, number | null>();
  const ratios = new Map<string, Ratio>();
  const durations = new Map<string, Durations>();
  for (const [k, v] of Object.entries(body)) {
    if (['key', 'name', 'score', 'grade', 'exempted', 'year_ago', 'month_ago'].includes(k)) continue;
    if (typeof v === 'number' || v === null) numbers.set(k, v);
    else if (!isBody(v)) continue;
    else if (typeof v['n'] === 'number' && typeof v['d'] === 'number') ratios.set(k, { n: v['n'], d: v['d'] });
    else if (k === 'durations') {
      for (const [lap, x] of Object.entries(v)) {
        if (isBody(x)) durations.set(lap, { n: numberOr(x['n']) ?? 0, median: numberOr(x['median_min']), p90: numberOr(x['p90_min']) });
      }
    } else for (const [part, x] of Object.entries(v)) if (typeof x === 'number' || x === null) numbers.set(`${k}.${part}`, x);
  }
  return {
    key: text(body['key']), name: text(body['name']), numbers, ratios, durations,
    score: numberOr(body['score']), grade: typeof body['grade'] === 'string' ? body['grade'] : null,
    exempted: other(body['exempted']), yearAgo: other(body['year_ago']), monthAgo: other(body['month_ago']),
  };
}

export interface Statistics {
  readonly by: Grouping;
  readonly rows: readonly StatRow[];
  readonly total: StatRow;
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  readonly position: number;
  /** When the last fact in it came true. */
  readonly at: Instant;
}

/** A query's words; what is not said is undefined. */
export type Words = Readonly<Record<string, string | undefined>>;
function ask<T>(path: string, words: Words, signal?: AbortSignal): Promise<T> {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(words)) if (v !== undefined) q.set(k, v);
  const said = q.toString();
  return request<T>('GET', said === '' ? path : `${path}?${said}`, signal === undefined ? {} : { signal });
}

/** Where the table is to be had as a file. */
export function fileURL(words: Words, kind: 'csv' | 'xlsx', encoding?: 'gb18030'): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries({ ...words, format: kind, encoding })) if (v !== undefined) q.set(k, v);
  return `/api/v1/statistics?${q.toString()}`;
}

export async function statistics(words: Words, signal?: AbortSignal): Promise<Statistics> {
  const { items, total, by, ...rest } = await ask<{ items: readonly Body[]; total: Body; by: Grouping; from: Instant; to: Instant; position: number; at: Instant }>('/statistics', words, signal);
  return { ...rest, by, rows: items.map(readRow), total: readRow(total) };
}

/** A figure that is added or taken away. */
export interface Term {
  readonly figure: string;
  readonly sign: number;
}
export interface Indicator {
  readonly code: string;
  readonly name: string;
  readonly name_en: string;
  readonly formula: string;
  readonly formula_en: string;
  readonly falls_on: string;
  readonly falls_on_en: string;
  readonly numerator: readonly Term[] | null;
  readonly denominator: readonly Term[] | null;
  readonly sense: 'more' | 'less' | 'none';
  readonly kind: 'share' | 'count' | 'duration' | 'per';
  readonly source: string;
  readonly weight: number;
  /** The run that it judges: one of a row's durations; empty where no clock does. */
  readonly duration: string;
}
export interface Figure {
  readonly code: string;
  readonly name: string;
  readonly name_en: string;
}
export interface GradeFrom {
  readonly grade: string;
  readonly from: number;
}
export interface Catalogue {
  readonly items: readonly Indicator[];
  readonly figures: readonly Figure[];
  readonly grades: readonly GradeFrom[];
  readonly position: number;
}
export const indicators = (signal?: AbortSignal): Promise<Catalogue> => ask('/statistics/indicators', {}, signal);

export const parts = ['n', 'd', 'exempt'] as const;
export type Part = (typeof parts)[number];
/** One fact that counts for a figure, or the approval that took it away. */
export interface CountedFact {
  readonly position: number;
  readonly at: Instant;
  readonly day: string;
  readonly figure: string;
  readonly sign: number;
  /** A patrol is an inspector's day and has no page of its own. */
  readonly kind: 'incident' | 'ticket' | 'patrol';
  readonly id: string;
  readonly number: string;
  readonly type: string;
  readonly unit: string;
  readonly unit_name: string;
  readonly person: string;
  /** How long the run took that it judges; null: it judges none. */
  readonly minutes: number | null;
  readonly exemption?: Exemption | null;
}
export interface Exemption {
  readonly position: number;
  readonly at: Instant;
  readonly desk: string;
  readonly desk_name: string;
  readonly person: string;
  readonly grounds: readonly string[] | null;
  readonly reason: string;
}
export interface Facts {
  readonly items: readonly CountedFact[];
  /** Empty on the last page. */
  readonly next_cursor: string;
  readonly total: number;
  /** What the signs add up to: the number itself. */
  readonly sum: number;
  readonly from_position: number;
  readonly to_position: number;
  readonly position: number;
}
export const facts = (words: Words, signal?: AbortSignal): Promise<Facts> => ask('/statistics/facts', words, signal);

/** How the group with the empty key is asked for: those outside every grid, without a matter, nobody's. */
export const keyWord = (key: string): string => (key === '' ? '-' : key);

/** An indicator's value in a row: percent of a share, else the number itself; null: not applicable. */
export function valueOf(i: Pick<Indicator, 'code' | 'kind'>, row: StatRow | null): number | null {
  if (row === null) return null;
  if (i.kind !== 'share') {
    const bare = row.numbers.get(i.code);
    if (bare !== undefined) return bare;
  }
  const r = row.ratios.get(i.code);
  return r === undefined || r.d === 0 ? null : (100 * r.n) / r.d;
}

/** Whether it is shown as a percentage, with what it stands on. */
export const isShare = (i: Pick<Indicator, 'code' | 'kind'>, row: StatRow): boolean => i.kind === 'share' || (!row.numbers.has(i.code) && row.ratios.has(i.code));

/** Whether the two readings of an indicator differ in a row. */
export function readingsDiffer(i: Pick<Indicator, 'code'>, row: StatRow): boolean {
  const e = row.exempted;
  if (e === null) return false;
  const [a, b] = [row.ratios.get(i.code), e.ratios.get(i.code)];
  if (a !== undefined && b !== undefined) return a.n !== b.n || a.d !== b.d;
  return row.numbers.get(i.code) !== e.numbers.get(i.code);
}

/** 45 minutes, 3.2 hours, 4.5 days: as precise as one needs it to compare. */
export function spanOf(minutes: number): { readonly n: string; readonly unit: 'minute' | 'hour' | 'day' } {
  if (minutes < 60) return { n: String(Math.round(minutes)), unit: 'minute' };
  if (minutes < 48 * 60) return { n: (minutes / 60).toFixed(1), unit: 'hour' };
  return { n: (minutes / 1440).toFixed(1), unit: 'day' };
}
