/** What the list of tickets shows, as a value; the URL is its only home. */
import { shallowRef } from 'vue';
import { clocks, ticketStages, ticketTypes, type Clock, type Ticket, type TicketStage, type TicketType } from '../../hotline';

export interface TicketFilters {
  readonly status: readonly TicketStage[];
  readonly type: readonly TicketType[];
  /** The clock that has run out; empty: whatever they say. */
  readonly clock: Clock | '';
  readonly street: string;
  readonly mark: 'conflict' | 'repeat' | '';
  /** By what is owed soonest, or by what came last. */
  readonly sort: 'due' | '-received_at';
  readonly q: string;
}
export const noTicketFilters: TicketFilters = { status: [], type: [], clock: '', street: '', mark: '', sort: 'due', q: '' };

type Query = Readonly<Record<string, unknown>>;
const text = (v: unknown): string => (typeof v === 'string' ? v : '');
const among = <T extends string>(values: readonly T[], v: unknown): readonly T[] => {
  const given = text(v).split(',');
  return values.filter((x) => given.includes(x));
};

/** Reads filters from a URL's query. What is not understood filters nothing. */
export function fromTicketQuery(q: Query): TicketFilters {
  return {
    status: among(ticketStages, q['status']),
    type: among(ticketTypes, q['type']),
    clock: clocks.find((c) => c === q['clock']) ?? '',
    street: /^\d{9}$/.test(text(q['street'])) ? text(q['street']) : '',
    mark: (['conflict', 'repeat'] as const).find((m) => m === q['mark']) ?? '',
    sort: q['sort'] === '-received_at' ? '-received_at' : 'due',
    q: text(q['q']).slice(0, 100),
  };
}

/** Writes them; what filters nothing is left out. */
export function toTicketQuery(f: TicketFilters): Record<string, string> {
  const q: Record<string, string> = {};
  if (f.status.length > 0) q['status'] = f.status.join(',');
  if (f.type.length > 0) q['type'] = f.type.join(',');
  if (f.clock !== '') q['clock'] = f.clock;
  if (f.street !== '') q['street'] = f.street;
  if (f.mark !== '') q['mark'] = f.mark;
  if (f.sort !== 'due') q['sort'] = f.sort;
  if (f.q.trim() !== '') q['q'] = f.q.trim();
  return q;
}

/** The parameters of `GET /hotline/tickets`. */
export function toTicketParams(f: TicketFilters): Record<string, string | boolean> {
  const { mark, ...rest } = toTicketQuery(f);
  return { ...rest, sort: f.sort, ...(mark === undefined ? {} : { [mark]: true }) };
}

export const filtersNothing = (f: TicketFilters): boolean => Object.keys(toTicketQuery({ ...f, sort: 'due' })).length === 0;

/** The list as it was last shown: a ticket's page goes to the next one in it, and back to it. */
export const lastList = shallowRef<{ readonly ids: readonly string[]; readonly query: Readonly<Record<string, string>> }>({ ids: [], query: {} });

/**
 * A page of the list read again while somebody reads it: rows that are shown are
 * brought up to date where they stand, those that came meanwhile are only counted.
 */
export function freshen(shown: readonly Ticket[], read: readonly Ticket[]): { readonly rows: readonly Ticket[]; readonly fresh: number } {
  const by = new Map(read.map((t) => [t.id, t]));
  const here = new Set(shown.map((t) => t.id));
  return { rows: shown.map((t) => by.get(t.id) ?? t), fresh: read.filter((t) => !here.has(t.id)).length };
}

/** A fault of a file: in which line and column, and what is wrong there. */
export interface Fault {
  /** 0: of the file as a whole. */
  readonly line: number;
  readonly column: string;
  readonly detail: string;
}
/** The column that a field of a ticket is read from. */
const columnOf = (field: string): string => field.replace(/^location\./, '').replace(/^caller\.(name|phone)$/, 'caller_$1').replace(/^caller\./, '').replace(/^matter\..*/, 'matter');

/** What a fault is called in every language; empty: only the server's own words say it. */
export function faultName(detail: string): string {
  const known: readonly (readonly [RegExp, string])[] = [
    [/^is required/, 'required'], [/^expected value to be one of/, 'oneOf'], [/^is not a number|^expected (number|integer)/, 'number'], [/^is not a time/, 'time'], [/^is neither yes nor no/, 'yesNo'],
    [/^lies in the future/, 'future'], [/^is no time after/, 'dueEarly'], [/^lies outside China/, 'outside'], [/^is not in the catalogue/, 'catalogue'], [/^expected .*length/, 'length'], [/cells, the header has/, 'cells'],
  ];
  return known.find(([how]) => how.test(detail))?.[1] ?? '';
}

/** Reads the faults of a refused file. Each points to /line/column and says both again in words. */
export function faultsOf(errors: readonly { readonly pointer: string; readonly detail: string }[]): readonly Fault[] {
  return errors.map((e) => {
    const [, line = '', ...column] = /^\/(\d+)\//.test(e.pointer) ? e.pointer.split('/') : ['', ''];
    const said = /^line (\d+)(?:, ([\w. ]+?))?: ([\s\S]*)$/.exec(e.detail);
    return {
      line: Number(line || (said?.[1] ?? 0)), column: columnOf(column.join('.') || (said?.[2] ?? '')), detail: said?.[3] ?? e.detail,
    };
  });
}
