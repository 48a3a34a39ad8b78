/** The columns of the table: which indicators belong together, and what stands beside each. */
import { returnCodes } from '@shared/wire';
import { valueOf, type Grouping, type Indicator, type StatRow } from '../../statistics';

export const columnGroups = ['time', 'quality', 'returns', 'hotline', 'types', 'patrol', 'stock', 'volume', 'density', 'other'] as const;
export type ColumnGroup = (typeof columnGroups)[number];

/** An indicator that no group names stands under "other": nothing of the catalogue is lost. */
const members: Readonly<Record<Exclude<ColumnGroup, 'other'>, readonly string[]>> = {
  time: ['handled_on_time', 'closed_on_time', 'dispatched_on_time', 'filed_on_time', 'verified_on_time', 'signed_on_time', 'checked_on_time'],
  quality: ['satisfaction', 'rework', 'recurrence', 'false_handling', 'accurate_filing', 'accurate_dispatch', 'return_rate'],
  returns: ['returns', ...returnCodes.map((c) => `returns_by_code.${c}`)],
  hotline: ['tickets', 'ticket_on_time', 'ticket_internal_on_time', 'ticket_contact_on_time', 'ticket_response', 'ticket_resolved', 'ticket_satisfied', 'ticket_returns', 'repeat_complaints'],
  types: ['consult', 'complaint', 'report', 'suggestion', 'help', 'other'].map((x) => `tickets_by_type.${x}`),
  patrol: ['patrol_coverage', 'found_by_ourselves', 'valid_reports'],
  stock: ['suspended', 'suspended_days', 'overdue_unhandled', 'handled_rate', 'closed_rate', 'extension', 'overdue', 'extensions', 'suspensions'],
  volume: ['reported', 'filed', 'declined', 'voided', 'dispatched', 'handled', 'closed', 'reworks', 'escalated', 'coordinated', 'reopened', 'recurrences', 'merged', 'unmerged', 'handed_over', ...['verified', 'dispatched', 'handled', 'checked', 'closed'].map((x) => `to_be_${x}`)],
  density: ['per_grid', 'per_10k'],
};
const named = new Map(Object.entries(members).flatMap(([g, codes]) => codes.map((c, k) => [c, { group: g, at: k }] as const)));

export const groupOf = (code: string): ColumnGroup => (code.startsWith('durations.') ? 'time' : (columnGroups.find((g) => g === named.get(code)?.group) ?? 'other'));

/** The indicators of a group in the order they are read; durations stand beside the rates that they explain. */
export function columnsOf(all: readonly Indicator[], g: ColumnGroup): readonly Indicator[] {
  const mine = all.filter((i) => i.kind !== 'duration' && groupOf(i.code) === g);
  return g === 'other' ? mine : mine.sort((a, b) => (named.get(a.code)?.at ?? 0) - (named.get(b.code)?.at ?? 0));
}

/** The groups that have a column, where rows are grouped so: by ground alone is anything per grid or per head. */
export const groupsOf = (all: readonly Indicator[], by: Grouping): readonly ColumnGroup[] =>
  columnGroups.filter((g) => (g !== 'density' || by === 'street' || by === 'community') && columnsOf(all, g).length > 0);

export const sortParts = ['value', 'year', 'month', 'median', 'p90'] as const;
export type SortPart = (typeof sortParts)[number];
/** The name of a column in the URL: an indicator, and what of it where it is not the value. */
export const columnName = (code: string, part: SortPart): string => (part === 'value' ? code : `${code}:${part}`);

/** What a column sorts a row by; null: not applicable, and last either way. */
export function sortValue(column: string, all: readonly Indicator[], r: StatRow): number | null {
  if (column === 'score') return r.score;
  const [code = '', part = 'value'] = column.split(':');
  const i = all.find((x) => x.code === code);
  if (i === undefined) return null;
  switch (part) {
    case 'median': return r.durations.get(i.duration)?.median ?? null;
    case 'p90': return r.durations.get(i.duration)?.p90 ?? null;
    case 'year': case 'month': {
      const [a, b] = [valueOf(i, r), valueOf(i, part === 'year' ? r.yearAgo : r.monthAgo)];
      return a === null || b === null ? null : a - b;
    }
    default: return valueOf(i, r);
  }
}

/** The rows in the order that was asked for: greatest first with - before the column. Equal ones stay as they stood. */
export function sorted(rows: readonly StatRow[], sort: string, all: readonly Indicator[], nameOf: (r: StatRow) => string): readonly StatRow[] {
  if (sort === '') return rows;
  const down = sort.startsWith('-');
  const column = down ? sort.slice(1) : sort;
  if (column === 'name') return [...rows].sort((a, b) => (down ? -1 : 1) * nameOf(a).localeCompare(nameOf(b), 'zh-Hans-CN'));
  const of = new Map(rows.map((r) => [r, sortValue(column, all, r)]));
  return [...rows].sort((x, y) => {
    const [a, b] = [of.get(x) ?? null, of.get(y) ?? null];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return down ? b - a : a - b;
  });
}
