/**
 * What the list shows, as a value. The URL is its only home: it can be sent to a
 * colleague, and Back undoes a filter.
 */
import {
  lamps, sources, stages, statuses, tiers,
  type Incident, type Lamp, type PictureFeature, type Source, type Stage, type Status, type Tier,
} from '@shared/wire';

export const views = ['mine', 'open', 'all'] as const;
export type ListView = (typeof views)[number];
export const sorts = ['due', '-reported_at', 'reported_at'] as const;
export type Sort = (typeof sorts)[number];
export type Box = readonly [west: number, south: number, east: number, north: number];

export interface Filters {
  readonly view: ListView;
  readonly status: readonly Status[];
  readonly stage: readonly Stage[];
  readonly tier: readonly Tier[];
  readonly lamp: readonly Lamp[];
  readonly source: readonly Source[];
  readonly street: readonly string[];
  readonly community: readonly string[];
  readonly holder: readonly string[];
  readonly matter: readonly string[];
  readonly flag: readonly string[];
  readonly overdue: boolean;
  readonly q: string;
  readonly bbox: Box | null;
  /** Days in the district, 2026-11-23. */
  readonly from: string;
  readonly to: string;
  readonly sort: Sort;
}

export const noFilters: Filters = {
  view: 'open', status: [], stage: [], tier: [], lamp: [], source: [], street: [], community: [], holder: [], matter: [], flag: [],
  overdue: false, q: '', bbox: null, from: '', to: '', sort: 'due',
};

const known = {
  status: statuses, stage: stages, tier: tiers, lamp: lamps, source: sources,
} as const;
const free = ['street', 'community', 'holder', 'matter', 'flag'] as const;
export type ListField = keyof typeof known | (typeof free)[number];
export const listFields: readonly ListField[] = ['status', 'stage', 'tier', 'lamp', 'source', ...free];

type Query = Readonly<Record<string, unknown>>;

function words(q: Query, name: string): readonly string[] {
  const v = q[name];
  return typeof v === 'string' ? [...new Set(v.split(',').filter((w) => w !== ''))] : [];
}

function among<T extends string>(values: readonly T[], given: readonly string[]): readonly T[] {
  return values.filter((v) => given.includes(v));
}

function readBox(v: unknown): Box | null {
  if (typeof v !== 'string') return null;
  const [w, s, e, n, ...rest] = v.split(',').map(Number);
  if (w === undefined || s === undefined || e === undefined || n === undefined || rest.length > 0) return null;
  return [w, s, e, n].every(Number.isFinite) && w < e && s < n ? [w, s, e, n] : null;
}

const day = (v: unknown): string => (typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v) ? v : '');

/** Reads filters from a URL's query. What is not understood filters nothing. */
export function fromQuery(q: Query, fallback: ListView = 'open'): Filters {
  const view = views.find((v) => v === q['view']) ?? fallback;
  return {
    view,
    status: among(statuses, words(q, 'status')),
    stage: among(stages, words(q, 'stage')),
    tier: among(tiers, words(q, 'tier')),
    lamp: among(lamps, words(q, 'lamp')),
    source: among(sources, words(q, 'source')),
    street: words(q, 'street'),
    community: words(q, 'community'),
    holder: words(q, 'holder'),
    matter: words(q, 'matter'),
    flag: words(q, 'flag'),
    overdue: q['overdue'] === 'true',
    q: typeof q['q'] === 'string' ? q['q'] : '',
    bbox: readBox(q['bbox']),
    from: day(q['from']),
    to: day(q['to']),
    sort: sorts.find((s) => s === q['sort']) ?? (view === 'all' ? '-reported_at' : 'due'),
  };
}

/** Writes filters as a URL's query; what filters nothing is left out. The view is always said. */
export function toQuery(f: Filters): Record<string, string> {
  const q: Record<string, string> = { view: f.view };
  for (const name of listFields) if (f[name].length > 0) q[name] = f[name].join(',');
  if (f.overdue) q['overdue'] = 'true';
  if (f.q.trim() !== '') q['q'] = f.q.trim();
  if (f.bbox !== null) q['bbox'] = f.bbox.map((x) => x.toFixed(5)).join(',');
  if (f.from !== '') q['from'] = f.from;
  if (f.to !== '') q['to'] = f.to;
  if (f.sort !== (f.view === 'all' ? '-reported_at' : 'due')) q['sort'] = f.sort;
  return q;
}

/** The parameters of `GET /incidents` for filters; the worklist is not asked this way. */
export function toParams(f: Filters): Record<string, string> {
  const { view, ...rest } = toQuery(f);
  if (view !== 'all' && f.status.length === 0) rest['status'] = 'open';
  return { ...rest, sort: f.sort };
}

/** How many filters are set, the view apart. */
export function countFilters(f: Filters): number {
  return (
    listFields.reduce((n, name) => n + f[name].length, 0) +
    [f.overdue, f.q.trim() !== '', f.bbox !== null, f.from !== '' || f.to !== ''].filter(Boolean).length
  );
}

/** Adds a value to a list filter, or removes it. */
export function toggle(f: Filters, field: ListField, value: string): Filters {
  const before: readonly string[] = f[field];
  const after = before.includes(value) ? before.filter((v) => v !== value) : [...before, value];
  return { ...f, [field]: after };
}

const inBox = (box: Box | null, lng: number | null, lat: number | null): boolean =>
  box === null || (lng !== null && lat !== null && lng >= box[0] && lng <= box[2] && lat >= box[1] && lat <= box[3]);

const has = (values: readonly string[], value: string | null): boolean =>
  values.length === 0 || (value !== null && values.includes(value));

/** Whether a whole incident passes; used where rows arrive live and nobody is asked. Days are compared by `dayOf`. */
export function passes(f: Filters, i: Incident, dayOf: (at: string) => string): boolean {
  const needle = f.q.trim();
  const hay = `${i.number} ${i.description} ${i.location.address} ${i.matter?.name ?? ''}`;
  return (
    has(f.status, i.status) && has(f.stage, i.stage) && has(f.tier, i.tier) && has(f.lamp, i.lamp) && has(f.source, i.source) &&
    has(f.street, i.street) && has(f.community, i.community) && has(f.holder, i.holder?.unit ?? null) &&
    has(f.matter, i.matter?.code ?? null) && f.flag.every((x) => i.flags.includes(x)) && (!f.overdue || i.overdue === true) &&
    (needle === '' || needle.split(/\s+/).every((w) => hay.includes(w))) && inBox(f.bbox, i.location.lng, i.location.lat) &&
    (f.from === '' || dayOf(i.reported_at) >= f.from) && (f.to === '' || dayOf(i.reported_at) <= f.to)
  );
}

/** Whether the map can tell which of its features pass: a feature does not know everything. */
export function mapCanJudge(f: Filters): boolean {
  return (
    f.view !== 'mine' && f.source.length === 0 && f.holder.length === 0 &&
    !f.overdue && f.q.trim() === '' && f.from === '' && f.to === ''
  );
}

/** Whether the map's features are all that passes, so that they can be counted: only open ones are on it. */
export function mapCanCount(f: Filters): boolean {
  return mapCanJudge(f) && (f.view === 'open' || f.status.length > 0) && f.status.every((s) => s === 'open');
}

/** Whether a feature of the map passes what it can be asked. */
export function featurePasses(f: Filters, x: PictureFeature): boolean {
  const p = x.properties;
  return (
    has(f.status, 'open') && has(f.stage, p.stage) && has(f.tier, p.tier) && has(f.lamp, p.lamp) && has(f.street, p.street) &&
    has(f.community, p.community) && has(f.matter, p.matter?.code ?? null) && f.flag.every((flag) => p.flags.includes(flag)) &&
    inBox(f.bbox, x.geometry?.coordinates[0] ?? null, x.geometry?.coordinates[1] ?? null)
  );
}
