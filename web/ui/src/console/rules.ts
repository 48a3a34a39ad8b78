/** Reference data as facts: tables in editions, each with the time it takes effect, and the rulings that bind routing. */
import { query, request } from '@shared/api';
import type { Instant, Matter, User } from '@shared/wire';

/** The district and the administrator settle duty by rulings; tables are the administrator's alone. */
export const mayRule = (u: User): boolean => u.role === 'admin' || u.role === 'district';
export const mayEdit = (u: User): boolean => u.role === 'admin';

export const tableNames = [
  'responsibility', 'units', 'fallback', 'default_tiers', 'matters', 'criteria', 'scheme_mapping', 'limits', 'policy', 'calendar', 'evaluation',
] as const;
export type TableName = (typeof tableNames)[number];
export const isTable = (name: string): name is TableName => tableNames.some((t) => t === name);

export interface TableInfo {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly version: string;
  readonly effective: Instant | null;
}
export interface Edition {
  readonly version: string;
  readonly effective: Instant;
  readonly enacted_at: Instant;
  readonly by: string;
  readonly basis: string;
  readonly note: string;
  readonly tables: readonly string[];
  readonly position: number;
  readonly in_force: boolean;
}
export interface ReferenceRead {
  readonly items: readonly TableInfo[];
  readonly editions: readonly Edition[];
  readonly position: number;
}
export type TableRow = Readonly<Record<string, string>>;
export interface TableRead extends TableInfo {
  readonly items: readonly TableRow[];
  readonly position: number;
}
export interface RowChange {
  readonly table: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: string;
  readonly before?: TableRow;
  readonly after?: TableRow;
}
export interface Changes {
  readonly version: string;
  readonly effective: Instant | null;
  readonly changes: readonly RowChange[];
  readonly position: number;
}
export interface RulingRow {
  readonly number: string;
  readonly authority: string;
  readonly matter: Matter;
  readonly area: string;
  readonly unit: string;
  readonly unit_name?: string;
  readonly effective: Instant;
  readonly expires: Instant | null;
  readonly basis: string;
  readonly incident?: string;
  readonly in_force: boolean;
}
/** When an edition takes effect, and on what it rests. */
export interface Enacting {
  readonly effective?: string;
  readonly basis?: string;
  readonly note?: string;
}

const of = (signal?: AbortSignal): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });
const id = encodeURIComponent;

export const rulesApi = {
  list: (signal?: AbortSignal) => request<ReferenceRead>('GET', '/reference', of(signal)),
  table: (name: string, at: string, signal?: AbortSignal) => request<TableRead>('GET', `/reference/${id(name)}${query({ at })}`, of(signal)),
  exportURL: (name: string, kind: 'csv' | 'xlsx', at: string) => `/api/v1/reference/${id(name)}.${kind}${query({ at })}`,
  preview: (name: string, rows: readonly TableRow[], how: Enacting) => request<Changes>('POST', '/reference/preview', { body: { ...how, tables: [{ name, rows }] } }),
  enact: (body: unknown, key: string) => request<Changes>('POST', '/reference/editions', { body, key }),
  /** Brings a file in as it is: checked as a whole, and only looked at while `dry`. */
  file: (file: Blob, table: string, dry: boolean, how: Enacting) => request<Changes>('POST', `/reference/files${query({ table, dry_run: dry || null, ...how })}`, { raw: file }),
  rulings: (all: boolean, signal?: AbortSignal) => request<{ readonly items: readonly RulingRow[]; readonly position: number }>('GET', `/rulings${query({ all: all || null })}`, of(signal)),
  rule: (body: unknown, key: string) => request<{ readonly ruling: RulingRow; readonly position: number }>('POST', '/rulings', { body, key }),
  endRuling: (number: string, body: unknown, key: string) => request<{ readonly ruling: RulingRow; readonly position: number }>('POST', `/rulings/${id(number)}/end`, { body, key }),
};

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** A chosen file as the server takes it: a workbook or CSV, by its name; null: it is neither. */
export function asTable(file: File): Blob | null {
  const name = file.name.toLowerCase();
  if (name.endsWith('.xlsx')) return new Blob([file], { type: xlsx });
  return name.endsWith('.csv') || name.endsWith('.txt') ? new Blob([file], { type: 'text/csv' }) : null;
}

/** Rows with some changed, some taken out and some put in: what an editor has prepared of a table. */
export interface Edits {
  readonly changed: ReadonlyMap<number, TableRow>;
  readonly removed: ReadonlySet<number>;
  readonly added: readonly TableRow[];
}
export const noEdits: Edits = { changed: new Map(), removed: new Set(), added: [] };
export const countEdits = (e: Edits): number => e.changed.size + e.removed.size + e.added.length;
export function withEdits(rows: readonly TableRow[], e: Edits): readonly TableRow[] {
  return [...rows.flatMap((r, k) => (e.removed.has(k) ? [] : [e.changed.get(k) ?? r])), ...e.added];
}

/** The columns in which two readings of a row differ. */
export function differing(c: RowChange): readonly string[] {
  const columns = [...new Set([...Object.keys(c.before ?? {}), ...Object.keys(c.after ?? {})])];
  return columns.filter((k) => (c.before?.[k] ?? '') !== (c.after?.[k] ?? ''));
}
