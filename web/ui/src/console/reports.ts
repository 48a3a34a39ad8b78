/** The ready reports: what each is read from, and its lines as cells that a table shows. */
import { query, request } from '@shared/api';
import type { Instant, Matter, Party } from '@shared/wire';

export const reportNames = ['bulletin', 'unusual', 'suspended', 'reopened', 'one-hand', 'caller-views'] as const;
export type ReportName = (typeof reportNames)[number];
export type ListName = Exclude<ReportName, 'bulletin'>;
export const isReport = (name: string): name is ReportName => reportNames.some((r) => r === name);

interface Subject {
  readonly id: string;
  readonly number: string;
  readonly matter: Matter | null;
  readonly street_name: string;
  readonly community_name: string;
  readonly confidential: boolean;
}
export interface Hand extends Party {
  readonly person: string;
}
export interface Act extends Subject {
  readonly position: number;
  readonly at: Instant;
  readonly act: string;
  readonly by: Hand;
  readonly approved_by: readonly Hand[];
  readonly unit: Party;
  readonly clock: string;
  readonly due: Instant;
  readonly due_after: Instant | null;
  readonly minutes_left: number;
  readonly after_red: boolean;
  readonly duty_leader: boolean;
  readonly reason: string;
  readonly outcome: { readonly stage: string | null; readonly expired: boolean; readonly closed_at: Instant | null; readonly undone: boolean };
}
export interface Standstill extends Subject {
  readonly unit: Party;
  readonly since: Instant;
  readonly until: Instant;
  readonly next_review: Instant;
  readonly age_days: number;
  readonly code: string;
  readonly reason: string;
  readonly approved_by: readonly Hand[];
}
export interface Comeback extends Subject {
  readonly at: Instant;
  readonly position: number;
  readonly back: string;
  readonly reason: string;
  readonly unit: Party;
  readonly handled_by: Hand;
  readonly closed_at: Instant;
  readonly used_minutes: number;
  readonly limit_minutes: number;
  readonly share: number | null;
  readonly hours_after: number;
}
export interface Double extends Subject {
  readonly at: Instant;
  readonly position: number;
  readonly unit: Party;
  readonly by: Hand;
  readonly parts: readonly string[];
  readonly all_three: boolean;
}
export interface Viewing {
  readonly kind: string;
  readonly id: string;
  readonly number: string;
  readonly street_name: string;
  readonly at: Instant;
  readonly position: number;
  readonly by: Hand;
  readonly reason: string;
}
export interface Named {
  readonly key: string;
  readonly name: string;
  readonly count: number;
}
interface Told {
  readonly total: number;
  readonly position: number;
  readonly at: Instant;
  readonly from: Instant;
  readonly to: Instant;
}
export interface Lists {
  readonly unusual: Told & { readonly items: readonly Act[]; readonly within: number };
  readonly suspended: Told & { readonly items: readonly Standstill[]; readonly review: number; readonly by_ground: readonly Named[]; readonly by_age: readonly { readonly from_days: number; readonly to_days: number | null; readonly count: number }[] };
  readonly reopened: Told & { readonly items: readonly Comeback[]; readonly share: number; readonly minutes: number; readonly days: number };
  readonly 'one-hand': Told & { readonly items: readonly Double[]; readonly all_three: number };
  readonly 'caller-views': Told & { readonly items: readonly Viewing[]; readonly people: readonly Named[] };
}

/** What a report is asked with; empty: left to the server. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly within: string;
}
/** The parameters that a report knows. */
export function paramsOf(name: ListName, a: Asked): Readonly<Record<string, string>> {
  return name === 'suspended' ? {} : { from: a.from, to: a.to, ...(name === 'unusual' ? { within: a.within } : {}) };
}
export const reportsApi = {
  read: <N extends ListName>(name: N, a: Asked, signal: AbortSignal) => request<Lists[N]>('GET', `/reports/${name}${query(paramsOf(name, a))}`, { signal }),
  file: (name: ListName, a: Asked, format: 'csv' | 'xlsx', encoding = '') => `/api/v1/reports/${name}${query({ ...paramsOf(name, a), format, encoding })}`,
  bulletin: (month: string, format: 'html' | 'xlsx') => `/api/v1/reports/bulletin${query({ month, format })}`,
};

/** One cell: its text, a quiet second line, what it leads to, and whether it is worth a second look. */
export interface Cell {
  readonly text: string;
  readonly small?: string;
  readonly to?: { readonly name: 'incident' | 'ticket'; readonly params: { readonly id: string } };
  readonly strong?: boolean;
  readonly right?: boolean;
}
export interface Words {
  readonly t: (key: string, holes?: Record<string, unknown>) => string;
  readonly label: (kind: string, code: string | null | undefined) => string;
  readonly time: (at: Instant) => string;
  readonly span: (minutes: number) => string;
}

const subject = (s: Subject): Cell => ({ text: s.number, to: { name: 'incident', params: { id: s.id } } });
const place = (s: Subject, w: Words): Cell => ({ text: s.matter?.name ?? w.label('flag', 'no_matter'), small: [s.street_name, s.community_name].filter((x) => x !== '').join(' ') });
/** An account by its name; the program, and people of a simulation, by what they are and the last part of theirs. */
export const who = (person: string, w: Pick<Words, 't'>): string => (person.startsWith('system:') ? `${w.t('detail.system')} ${person.split(':').at(-1) ?? ''}` : person);
const hand = (h: Hand, w: Words): Cell => ({ text: who(h.person, w), small: h.name || h.unit });
const hands = (list: readonly Hand[], w: Words): Cell => (list.length === 0 ? { text: '', small: w.t('reports.nobody') } : { text: list.map((h) => who(h.person, w)).join('、'), small: list.map((h) => h.name || h.unit).join('、') });

type Row<N extends ListName> = Lists[N]['items'][number];
/** The columns of each report, by the key of their heading, and a line as cells in the same order. */
export const papers: { readonly [N in ListName]: { readonly columns: readonly string[]; readonly cells: (row: Row<N>, w: Words) => readonly Cell[] } } = {
  unusual: {
    columns: ['number', 'what', 'act', 'left', 'by', 'approved', 'reason', 'became'],
    cells: (x, w) => [
      subject(x), place(x, w), { text: w.label('actKind', x.act), small: w.time(x.at), strong: true },
      x.after_red
        ? { text: w.t('reports.afterRed', { t: w.span(-x.minutes_left) }), small: x.duty_leader ? w.t('reports.byLeader') : w.t('reports.dueAt', { t: w.time(x.due) }), strong: true }
        : { text: w.t('reports.left', { t: w.span(x.minutes_left) }), small: w.t('reports.dueAt', { t: w.time(x.due) }) },
      hand(x.by, w), hands(x.approved_by, w), { text: x.confidential ? w.t('reports.hidden') : x.reason },
      { text: x.outcome.undone ? w.t('reports.undone') : x.outcome.stage === null ? w.t('reports.ended') : w.label('stage', x.outcome.stage), small: [x.outcome.expired ? w.t('reports.laterRed') : '', x.due_after === null ? '' : w.t('reports.dueNow', { t: w.time(x.due_after) })].filter((s) => s !== '').join(' · ') },
    ],
  },
  suspended: {
    columns: ['number', 'what', 'age', 'ground', 'holder', 'until', 'review', 'approved'],
    cells: (x, w) => [
      subject(x), place(x, w), { text: w.t('reports.days', { n: x.age_days }), small: w.time(x.since), right: true },
      { text: x.code === '' ? w.t('moves.noCode') : w.label('suspendCode', x.code), small: x.confidential ? '' : x.reason },
      { text: x.unit.name || x.unit.unit }, { text: w.time(x.until) }, { text: w.time(x.next_review) }, hands(x.approved_by, w),
    ],
  },
  reopened: {
    columns: ['number', 'what', 'back', 'used', 'after', 'holder', 'by', 'reason'],
    cells: (x, w) => [
      subject(x), place(x, w), { text: w.label('backKind', x.back), small: w.time(x.at), strong: true },
      { text: w.span(x.used_minutes), small: x.share === null ? '' : w.t('reports.ofLimit', { p: `${(100 * x.share).toFixed(1)}%`, t: w.span(x.limit_minutes) }) },
      { text: w.span(x.hours_after * 60), small: w.t('reports.closedAt', { t: w.time(x.closed_at) }) },
      { text: x.unit.name || x.unit.unit }, hand(x.handled_by, w), { text: x.confidential ? w.t('reports.hidden') : x.reason },
    ],
  },
  'one-hand': {
    columns: ['number', 'what', 'by', 'parts', 'closed', 'holder'],
    cells: (x, w) => [
      subject(x), place(x, w), hand(x.by, w),
      { text: x.parts.map((p) => w.label('handPart', p)).join('、'), small: x.all_three ? w.t('reports.allThree') : '', strong: x.all_three },
      { text: w.time(x.at) }, { text: x.unit.name || x.unit.unit },
    ],
  },
  'caller-views': {
    columns: ['viewed', 'subject', 'by', 'reason', 'street'],
    cells: (x, w) => [
      { text: w.time(x.at), small: w.t('reports.position', { p: x.position }) },
      { text: x.number, small: w.label('viewedKind', x.kind), to: { name: x.kind === 'ticket' ? 'ticket' : 'incident', params: { id: x.id } } },
      hand(x.by, w), { text: x.reason }, { text: x.street_name },
    ],
  },
};
