/** What the statistics page was asked, as a value. The URL is its only home: it can be sent to a colleague, and Back undoes a choice. */
import { filterFields, groupings, parts, type FilterField, type Ground, type Grouping, type Part, type Words } from '../../statistics';
import { columnGroups, type ColumnGroup } from './columns';
import { daysOf, isDay, periods, type Days, type Period } from './period';

/** The facts behind one number: of an indicator, of a group; no key is all groups together. */
export interface Behind {
  readonly indicator: string;
  readonly part: Part;
  readonly key: string | undefined;
}
export const charts = ['rank', 'trend', 'heat', 'map', 'types'] as const;
export type ChartName = (typeof charts)[number];
export interface Ask {
  readonly by: Grouping;
  /** Null: the days that are said. */
  readonly period: Period | null;
  readonly from: string;
  readonly to: string;
  readonly ground: Ground;
  readonly filters: Readonly<Record<FilterField, readonly string[]>>;
  readonly columns: readonly ColumnGroup[];
  /** A column, with - before it where the greatest stands first; empty: as the server has it. */
  readonly sort: string;
  /** The indicator that the charts show. */
  readonly indicator: string;
  readonly chart: ChartName;
  readonly compare: boolean;
  readonly times: boolean;
  readonly behind: Behind | null;
}

export const noFilters: Ask['filters'] = { street: [], community: [], unit: [], matter: [], source: [], tier: [], person: [] };
export const firstAsk: Ask = {
  by: 'street', period: 'month', from: '', to: '', ground: 'was', filters: noFilters, columns: ['time'], sort: '',
  indicator: 'handled_on_time', chart: 'trend', compare: true, times: true, behind: null,
};

type Query = Readonly<Record<string, unknown>>;
const word = (q: Query, name: string): string => {
  const v = q[name];
  return typeof v === 'string' ? v : '';
};
const list = (q: Query, name: string): readonly string[] => [...new Set(word(q, name).split(',').filter((w) => w !== ''))];

/** Reads a URL's query. What is not understood asks nothing. */
export function fromQuery(q: Query): Ask {
  const [from, to] = [word(q, 'from'), word(q, 'to')];
  const said = isDay(from) && isDay(to) && from <= to;
  const columns = columnGroups.filter((c) => list(q, 'columns').includes(c));
  const part = parts.find((p) => p === q['part']);
  const fact = word(q, 'fact');
  return {
    by: groupings.find((g) => g === q['by']) ?? firstAsk.by,
    period: said ? null : (periods.find((p) => p === q['period']) ?? 'month'),
    from: said ? from : '', to: said ? to : '',
    ground: q['ground'] === 'now' ? 'now' : 'was',
    filters: {
      street: list(q, 'street'), community: list(q, 'community'), unit: list(q, 'unit'), matter: list(q, 'matter'),
      source: list(q, 'source'), tier: list(q, 'tier'), person: list(q, 'person'),
    },
    columns: columns.length > 0 ? columns : firstAsk.columns,
    sort: word(q, 'sort'),
    indicator: word(q, 'show') || firstAsk.indicator,
    chart: charts.find((c) => c === q['chart']) ?? firstAsk.chart,
    compare: !list(q, 'without').includes('compare'),
    times: !list(q, 'without').includes('times'),
    behind: part !== undefined && fact !== '' ? { indicator: fact, part, key: typeof q['key'] === 'string' ? q['key'] : undefined } : null,
  };
}

/** Writes it as a URL's query; what is as at first is left out. */
export function toQuery(a: Ask): Record<string, string> {
  const q: Record<string, string> = {};
  if (a.by !== firstAsk.by) q['by'] = a.by;
  if (a.period === null) [q['from'], q['to']] = [a.from, a.to];
  else if (a.period !== firstAsk.period) q['period'] = a.period;
  if (a.ground !== firstAsk.ground) q['ground'] = a.ground;
  for (const f of filterFields) if (a.filters[f].length > 0) q[f] = a.filters[f].join(',');
  if (a.columns.join() !== firstAsk.columns.join()) q['columns'] = a.columns.join(',');
  if (a.sort !== '') q['sort'] = a.sort;
  if (a.indicator !== firstAsk.indicator) q['show'] = a.indicator;
  if (a.chart !== firstAsk.chart) q['chart'] = a.chart;
  const without = [...(a.compare ? [] : ['compare']), ...(a.times ? [] : ['times'])];
  if (without.length > 0) q['without'] = without.join(',');
  if (a.behind !== null) {
    q['fact'] = a.behind.indicator;
    q['part'] = a.behind.part;
    if (a.behind.key !== undefined) q['key'] = a.behind.key;
  }
  return q;
}

/** The first and last day that are asked for. */
export const daysAsked = (a: Ask, today: string): Days => (a.period === null ? { from: a.from, to: a.to } : daysOf(a.period, today));

/** The words of a question to the server about these days, ground and filters; how it is grouped and read comes on top. */
export function wordsOf(a: Pick<Ask, 'ground' | 'filters'>, days: Days): Words {
  const q: Record<string, string> = { from: days.from, to: days.to };
  if (a.ground === 'now') q['ground'] = 'now';
  for (const f of filterFields) if (a.filters[f].length > 0) q[f] = a.filters[f].join(',');
  return q;
}

/** Where the name of a row leads: into that group, by what is next of interest there. A day leads to its streets. */
export function inside(a: Ask, by: Grouping, key: string): Ask | null {
  const next: Readonly<Partial<Record<Grouping, Grouping>>> = { street: 'community', community: 'matter', unit: 'matter', person: 'matter', matter: 'unit', source: 'matter', tier: 'unit' };
  const rest = { ...a, sort: '', behind: null };
  if (key === '') return null;
  if (by === 'day') return { ...rest, by: 'street', period: null, from: key, to: key };
  if (by === 'month') return { ...rest, by: 'day', period: null, from: `${key}-01`, to: lastOf(key) };
  return { ...rest, by: next[by] ?? a.by, filters: { ...a.filters, [by]: [key] } };
}
function lastOf(month: string): string {
  const [y, m] = month.split('-').map(Number);
  return new Date(Date.UTC(y ?? 0, m ?? 0, 0)).toISOString().slice(0, 10);
}
