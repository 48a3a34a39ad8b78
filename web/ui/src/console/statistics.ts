/** Rows of `GET /statistics` as columns that a table and a chart can show: counts, and rates with what they stand on. */
export interface Ratio {
  readonly n: number;
  readonly d: number;
}
export interface StatRow {
  readonly key: string;
  readonly name: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly ratios: ReadonlyMap<string, Ratio>;
}

export const shownCounts = ['reported', 'filed', 'dispatched', 'handled', 'closed', 'overdue', 'returns', 'reworks'] as const;
export const shownRatios = ['filed_on_time', 'dispatched_on_time', 'handled_on_time', 'closed_on_time', 'overdue_unhandled', 'return_rate', 'rework', 'found_by_ourselves'] as const;

/** Reads one row; a field that is neither a number nor a ratio is passed over. */
export function readRow(body: Readonly<Record<string, unknown>>): StatRow {
  const counts = new Map<string, number>();
  const ratios = new Map<string, Ratio>();
  for (const [k, v] of Object.entries(body)) {
    if (typeof v === 'number') counts.set(k, v);
    else if (typeof v === 'object' && v !== null && 'n' in v && 'd' in v && typeof v.n === 'number' && typeof v.d === 'number') {
      ratios.set(k, { n: v.n, d: v.d });
    }
  }
  return { key: typeof body['key'] === 'string' ? body['key'] : '', name: typeof body['name'] === 'string' ? body['name'] : '', counts, ratios };
}

/** The sum of all rows: counts add, and so do numerators and denominators — never rates. */
export function sum(rows: readonly StatRow[]): StatRow {
  const counts = new Map<string, number>();
  const ratios = new Map<string, Ratio>();
  for (const r of rows) {
    for (const [k, n] of r.counts) counts.set(k, (counts.get(k) ?? 0) + n);
    for (const [k, x] of r.ratios) {
      const before = ratios.get(k) ?? { n: 0, d: 0 };
      ratios.set(k, { n: before.n + x.n, d: before.d + x.d });
    }
  }
  return { key: '', name: '', counts, ratios };
}
