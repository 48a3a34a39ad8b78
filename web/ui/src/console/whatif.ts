/** History under other rules: a question to the server, how far its answer has come, and the answer. */
import { query, request } from '@shared/api';
import type { Instant } from '@shared/wire';
import type { TableRow } from './rules';

/** The tables that may be laid over those of then. */
export const laidTables = ['policy', 'limits', 'criteria', 'responsibility', 'calendar'] as const;
export type LaidTable = (typeof laidTables)[number];
/** Small enough to be changed line by line; the others come as files. */
export const editable: readonly LaidTable[] = ['policy', 'limits'];

export interface Run {
  readonly stage?: string;
  readonly on_time: number;
  readonly expired: number;
  readonly late: number;
  readonly due: number;
}
export interface Figures {
  readonly stages: readonly Run[];
  readonly total: Run;
  readonly dispatched: number;
  readonly handled: number;
  readonly closed: number;
  readonly open: number;
  readonly returns: number;
  readonly difficult: number;
  readonly extensions: number;
  readonly suspensions: number;
  readonly warned: number;
  readonly expired: number;
}
export interface UnitLoad {
  readonly unit: string;
  readonly name: string;
  readonly then: number;
  readonly now: number;
  readonly then_expired: number;
  readonly now_expired: number;
}
export interface RefusedFor {
  readonly command: string;
  readonly code: string;
  readonly why: string;
  readonly why_en: string;
  readonly count: number;
}
export interface Difference {
  readonly id: string;
  readonly number: string;
  readonly position: number;
  readonly at: Instant;
  readonly why: string;
  readonly why_en: string;
  readonly change: string;
  readonly change_en: string;
}
export interface Report {
  readonly from: Instant;
  readonly to: Instant;
  readonly position: number;
  readonly at: Instant;
  readonly incidents: number;
  readonly facts: number;
  readonly differ: number;
  readonly unlike: number;
  readonly refused: number;
  readonly away: number;
  readonly then: Figures;
  readonly now: Figures;
  readonly units: readonly UnitLoad[];
  readonly refused_by: readonly RefusedFor[];
  readonly items: readonly Difference[];
  readonly not_reproduced: readonly Difference[];
  readonly assumptions: readonly string[];
}
export type State = 'reading' | 'asking' | 'done' | 'failed' | 'cancelled';
export interface Job {
  readonly id: string;
  readonly state: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly facts: number;
  readonly done: number;
  readonly facts_per_second: number;
  /** Questions that are answered first. */
  readonly ahead: number;
  readonly error: string | null;
  readonly report?: Report | null;
}
export interface Question {
  readonly from: string;
  readonly to: string;
  readonly tables: Readonly<Partial<Record<LaidTable, string>>>;
}

const id = encodeURIComponent;
export const whatifApi = {
  ask: (q: Question) => request<Job>('POST', '/whatif', { body: q }),
  job: (job: string, signal?: AbortSignal) => request<Job>('GET', `/whatif/${id(job)}${query({})}`, signal === undefined ? {} : { signal }),
  cancel: (job: string) => request<unknown>('DELETE', `/whatif/${id(job)}`),
};
export const isRunning = (job: Job | null): boolean => job !== null && (job.state === 'reading' || job.state === 'asking');

/** A table as CSV: what stands in a cell stays one cell. */
export function csvOf(columns: readonly string[], rows: readonly TableRow[]): string {
  const cell = (v: string): string => (/[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
  return [columns, ...rows.map((r) => columns.map((c) => r[c] ?? ''))].map((line) => `${line.map(cell).join(',')}\n`).join('');
}

/** One line of the comparison: a rate with what it stands on, or a number, then and now. */
export interface Line {
  readonly key: string;
  readonly then: number;
  readonly now: number;
  /** Denominators, of a rate. */
  readonly of?: readonly [number, number];
  readonly good: 'more' | 'less' | 'neither';
}

/** The comparison: the runs of each stage that were judged, the whole, then what was counted. */
export function linesOf(then: Figures, now: Figures): { readonly rates: readonly Line[]; readonly counts: readonly Line[] } {
  const rate = (key: string, a: Run, b: Run | undefined): Line => ({ key, then: a.on_time, now: b?.on_time ?? 0, of: [a.due, b?.due ?? 0], good: 'more' });
  const rates = then.stages.map((s) => rate(s.stage ?? '', s, now.stages.find((x) => x.stage === s.stage))).filter((l) => l.of?.some((n) => n > 0));
  const counted = (key: 'dispatched' | 'handled' | 'closed' | 'open' | 'returns' | 'difficult' | 'extensions' | 'suspensions' | 'warned' | 'expired', good: Line['good']): Line => ({ key, then: then[key], now: now[key], good });
  return {
    rates: [rate('total', then.total, now.total), ...rates],
    counts: [
      counted('expired', 'less'), counted('warned', 'less'), counted('returns', 'less'), counted('difficult', 'less'), counted('extensions', 'neither'),
      counted('suspensions', 'neither'), counted('dispatched', 'neither'), counted('handled', 'more'), counted('closed', 'more'), counted('open', 'less'),
    ],
  };
}

/** Whether a line got better, worse, or neither; of a rate, by its share. */
export function turn(l: Line): 'better' | 'worse' | 'same' {
  const share = (n: number, d: number | undefined): number => (d === undefined ? n : d === 0 ? Number.NaN : n / d);
  const step = share(l.now, l.of?.[1]) - share(l.then, l.of?.[0]);
  if (!(Math.abs(step) > 1e-12) || l.good === 'neither') return 'same';
  return step > 0 === (l.good === 'more') ? 'better' : 'worse';
}
