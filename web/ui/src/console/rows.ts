/**
 * The rows of the list. They hold still: what changes is changed in place, what is new
 * waits in [waiting] until the reader asks for it (or is plainly not reading), what
 * has left stays, faded, until the next load.
 */
import { computed, shallowRef, watch } from 'vue';
import { api, ProblemError } from '@shared/api';
import { isoDay } from '@shared/format';
import { byUrgency } from '@shared/timeleft';
import type { Incident } from '@shared/wire';
import { onPicture, onWorklist, picture, worklist } from './connection';
import { featurePasses, mapCanJudge, noFilters, passes, toParams, type Filters } from './filters';

export interface Row {
  readonly incident: Incident;
  /** Came or changed while the list was open: shown for a moment. */
  readonly news: number;
  readonly gone: boolean;
}

export const filters = shallowRef<Filters>(noFilters);
export const rows = shallowRef<readonly Row[]>([]);
export const total = shallowRef<number | null>(null);
export const atLeast = shallowRef(false);
export const loading = shallowRef<'first' | 'more' | null>(null);
export const failure = shallowRef<Error | null>(null);
export const waiting = shallowRef<ReadonlySet<string>>(new Set());
/** Nobody is reading the list just now: it stands at its top and no hand is on it. */
export const calm = shallowRef(true);

export const ids = computed(() => rows.value.map((r) => r.incident.id));
export const indexOf = computed(() => new Map(ids.value.map((id, k) => [id, k])));

let cursor: string | null = null;
let asked: AbortController | null = null;
const dirty = new Set<string>();
let visible: readonly string[] = [];
let refreshing: ReturnType<typeof setTimeout> | null = null;
let lastLoad = 0;
const pageSize = 100;

const settle = (incident: Incident, news = 0): Row => ({ incident, news, gone: false });

function mine(): readonly Incident[] {
  const f = filters.value;
  const items = [...worklist.value.items.values()].filter((i) => passes(f, i, isoDay));
  if (f.sort === 'due') return items.sort(byUrgency);
  const turn = f.sort === 'reported_at' ? 1 : -1;
  return items.sort((a, b) => turn * (Date.parse(a.reported_at) - Date.parse(b.reported_at)));
}

/** Loads the list anew from its beginning. Rows stay until the new ones are there. */
export async function load(quiet = false): Promise<void> {
  asked?.abort();
  const mineNow = new AbortController();
  asked = mineNow;
  failure.value = null;
  lastLoad = performance.now();
  if (filters.value.view === 'mine') {
    const known = new Set(ids.value);
    const stamp = performance.now();
    rows.value = mine().map((i) => settle(i, quiet && !known.has(i.id) ? stamp : 0));
    total.value = rows.value.length;
    atLeast.value = false;
    cursor = null;
    waiting.value = new Set();
    loading.value = worklist.value.position === null && worklist.value.epoch === null ? 'first' : null;
    return;
  }
  if (!quiet) loading.value = 'first';
  try {
    // What the picture has announced must be in the list that takes it in.
    const announced = quiet ? picture.value.position : null;
    const page = await api.incidents(
      { ...toParams(filters.value), limit: pageSize, ...(announced === null ? {} : { min_position: announced }) }, mineNow.signal,
    );
    const known = new Set(ids.value);
    const stamp = performance.now();
    rows.value = page.items.map((i) => settle(i, quiet && !known.has(i.id) ? stamp : 0));
    total.value = page.total;
    atLeast.value = page.total_is === 'at_least';
    cursor = page.next_cursor || null;
    waiting.value = new Set();
    dirty.clear();
    loading.value = null;
  } catch (error) {
    if (mineNow.signal.aborted) return;
    failure.value = error instanceof Error ? error : new Error(String(error));
    loading.value = null;
  }
}

export const hasMore = (): boolean => cursor !== null;

/** Loads the next page, unless one is on its way. */
export async function loadMore(): Promise<void> {
  if (cursor === null || loading.value !== null || asked === null) return;
  const mineNow = asked;
  loading.value = 'more';
  try {
    const page = await api.incidents({ ...toParams(filters.value), limit: pageSize, cursor }, mineNow.signal);
    const known = new Set(ids.value);
    rows.value = [...rows.value, ...page.items.filter((i) => !known.has(i.id)).map((i) => settle(i))];
    cursor = page.next_cursor || null;
    loading.value = null;
  } catch (error) {
    if (mineNow.signal.aborted) return;
    failure.value = error instanceof Error ? error : new Error(String(error));
    loading.value = null;
  }
}

/** Puts a newer reading of an incident in its row, wherever it came from. */
export function replace(incident: Incident): void {
  const at = indexOf.value.get(incident.id);
  const row = at === undefined ? undefined : rows.value[at];
  if (at === undefined || row === undefined || incident.position < row.incident.position) return;
  const news = incident.position > row.incident.position ? performance.now() : row.news;
  const left = !(filters.value.view === 'mine' ? worklist.value.items.has(incident.id) : passes(filters.value, incident, isoDay))
    || (filters.value.view === 'open' && incident.status !== 'open');
  rows.value = rows.value.with(at, { incident, news, gone: left });
  if (left) tidySoon();
}

/** The rows on the screen; only they are read again when they change. */
export function see(shown: readonly string[]): void {
  visible = shown;
  if (shown.some((id) => dirty.has(id))) refreshSoon();
}

function refreshSoon(): void {
  refreshing ??= setTimeout(() => {
    refreshing = null;
    void refresh();
  }, 600);
}

async function refresh(): Promise<void> {
  const due = visible.filter((id) => dirty.has(id)).slice(0, 12);
  for (const id of due) dirty.delete(id);
  await Promise.all(
    due.map(async (id) => {
      try {
        replace(await api.incident(id));
      } catch (error) {
        if (!(error instanceof ProblemError)) dirty.add(id);
      }
    }),
  );
  if (visible.some((id) => dirty.has(id))) refreshSoon();
}

/** Rows that have left go once nobody is reading. */
let tidying: ReturnType<typeof setTimeout> | null = null;
function tidySoon(): void {
  if (tidying !== null || !rows.value.some((r) => r.gone)) return;
  tidying = setTimeout(() => {
    tidying = null;
    if (calm.value) void load(true);
    else tidySoon();
  }, 5_000);
}

function announce(fresh: readonly string[]): void {
  if (fresh.length === 0) return;
  waiting.value = new Set([...waiting.value, ...fresh]);
  letIn();
}

/** While nobody reads, what is new comes in by itself, at most once a second and never later than that. */
let entering: ReturnType<typeof setTimeout> | null = null;
function letIn(): void {
  entering ??= setTimeout(() => {
    entering = null;
    if (calm.value && waiting.value.size > 0) void load(true);
  }, Math.max(0, lastLoad + 1_000 - performance.now()));
}

onPicture((board, before, what) => {
  const f = filters.value;
  if (f.view === 'mine' || before.epoch === null) return;
  const touchedIds = what.whole ? [...board.items.keys()] : [...what.put, ...what.gone];
  const fresh: string[] = [];
  for (const id of touchedIds) {
    if (indexOf.value.has(id)) {
      if (!what.whole) dirty.add(id);
      continue;
    }
    const feature = board.items.get(id);
    if (feature === undefined || before.items.has(id)) continue;
    if (mapCanJudge(f) && featurePasses(f, feature)) fresh.push(id);
  }
  // A feature knows stage, tier and lamp at once; the rest of the row follows.
  const patched = rows.value.map((row) => {
    const p = board.items.get(row.incident.id)?.properties;
    const i = row.incident;
    return p === undefined || (i.stage === p.stage && i.lamp === p.lamp && i.tier === p.tier)
      ? row
      : { ...row, incident: { ...i, stage: p.stage, lamp: p.lamp, tier: p.tier } };
  });
  if (patched.some((row, k) => row !== rows.value[k])) rows.value = patched;
  if (visible.some((id) => dirty.has(id))) refreshSoon();
  announce(fresh);
});

onWorklist((board, _before, what) => {
  if (filters.value.view !== 'mine') return;
  if (loading.value === 'first') {
    void load();
    return;
  }
  const stamp = performance.now();
  const put = new Set(what.put);
  rows.value = rows.value.map((row) => {
    const next = board.items.get(row.incident.id);
    if (next === undefined) return row.gone ? row : { ...row, gone: true };
    return next === row.incident ? row : { incident: next, news: put.has(next.id) && !what.whole ? stamp : row.news, gone: false };
  });
  total.value = mine().length;
  tidySoon();
  const f = filters.value;
  announce([...board.items.values()].filter((i) => !indexOf.value.has(i.id) && passes(f, i, isoDay)).map((i) => i.id));
});

// What waited while somebody read is let in once they have stopped.
watch(calm, (isCalm) => {
  if (isCalm && waiting.value.size > 0) void load(true);
});

/** Whether the map shows an incident as part of the list. */
export const onMap = computed<(id: string) => boolean>(() => {
  const f = filters.value;
  if (mapCanJudge(f)) {
    return (id) => {
      const feature = picture.value.items.get(id);
      return feature !== undefined && featurePasses(f, feature);
    };
  }
  return (id) => indexOf.value.has(id);
});
