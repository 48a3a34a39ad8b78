/** The wall's one socket and its slow questions. What it holds is bounded: it stands for days without a touch. */
import { computed, shallowRef } from 'vue';
import { hear, ledgerTime, type Reading } from '@shared/clock';
import { countBy, emptyBoard, type Board } from '@shared/folds';
import { isoDay } from '@shared/format';
import { browserDeps, openLive, type Live, type LiveState } from '@shared/live';
import type { PictureFeature, Unit, WallItem } from '@shared/wire';
import { get, liveTicket, over } from './kiosk';
import { fresh, wallOf, type Happening, type WallModel } from './wall';

const notYet: LiveState = { liveness: 'connecting', goodAt: null, at: null, speed: 1, position: null, attempts: 0, reason: '' };

export const link = shallowRef<LiveState>(notYet);
/** The ledger's clock; it stops where it was last heard while the connection is lost. */
export const now = shallowRef<number | null>(null);
/** How long, in ms, nothing was heard; 0 while live. */
export const behind = shallowRef(0);
export const scope = shallowRef('440114');
const wallBoard = shallowRef<Board<WallItem>>(emptyBoard());
export const features = shallowRef<ReadonlyMap<string, PictureFeature>>(new Map());
export const news = shallowRef<readonly Happening[]>([]);
export const names = shallowRef<ReadonlyMap<string, string>>(new Map());

export interface Rate {
  readonly n: number;
  readonly d: number;
  readonly rate: number | null;
}
export interface StatRow {
  readonly key: string;
  readonly name: string;
  readonly to_be_handled: number;
  readonly overdue: number;
  readonly returns: number;
  readonly handled_on_time: Rate;
  readonly closed_on_time: Rate;
  readonly verified_on_time: Rate;
  readonly found_by_ourselves: Rate;
}
export interface Stats {
  readonly at: string;
  readonly total: StatRow | null;
  readonly units: readonly StatRow[];
}
export const stats = shallowRef<Stats | null>(null);

const day = computed(() => (now.value === null ? '' : isoDay(now.value)));
export const wall = computed<WallModel | null>(() =>
  wallBoard.value.position === null && wallBoard.value.items.size === 0 ? null : wallOf(wallBoard.value.items.values(), scope.value, day.value),
);
/** Open incidents of each community. */
export const density = computed(() => countBy(features.value.values(), (f) => f.properties.community || null));

let live: Live | null = null;
let reading: Reading | null = null;
const timers: ReturnType<typeof setInterval>[] = [];

interface Answer {
  readonly items: readonly StatRow[];
  readonly total?: StatRow;
  readonly at: string;
}

const sum = (rows: readonly StatRow[], of: (r: StatRow) => Rate): Rate => {
  const n = rows.reduce((s, r) => s + of(r).n, 0);
  const d = rows.reduce((s, r) => s + of(r).d, 0);
  return { n, d, rate: d === 0 ? null : n / d };
};

async function askStatistics(): Promise<void> {
  try {
    const [streets, units] = [await get<Answer>('/statistics', { by: 'street' }), await get<Answer>('/statistics', { by: 'unit' })];
    const rows = streets.items;
    const total: StatRow = streets.total ?? {
      key: '', name: '',
      to_be_handled: rows.reduce((s, r) => s + r.to_be_handled, 0),
      overdue: rows.reduce((s, r) => s + r.overdue, 0),
      returns: rows.reduce((s, r) => s + r.returns, 0),
      handled_on_time: sum(rows, (r) => r.handled_on_time),
      closed_on_time: sum(rows, (r) => r.closed_on_time),
      verified_on_time: sum(rows, (r) => r.verified_on_time),
      found_by_ourselves: sum(rows, (r) => r.found_by_ourselves),
    };
    stats.value = {
      at: streets.at, total,
      units: units.items.filter((u) => u.key !== '' && u.to_be_handled > 0).sort((a, b) => b.to_be_handled - a.to_be_handled).slice(0, 12),
    };
  } catch {
    // The figures stay as they were, with the time they are of; the next round asks again.
  }
}

async function askNames(): Promise<void> {
  if (names.value.size > 0) return;
  try {
    names.value = new Map((await get<{ readonly items: readonly Unit[] }>('/units')).items.map((u) => [u.code, u.name]));
  } catch {
    // Asked again with the next round.
  }
}

/** 新华街道 of 新华街道指挥中心: the place, not its center. */
export function areaName(name: string): string {
  return name.replace(/(?:网格化服务管理)?指挥中心$/, '').replace(/网格工作站$/, '');
}

/** Frames come up to four times a second; a wall is read, and a map with ten thousand points is redrawn once a second. */
function paced<T>(ms: number, set: (value: T) => void): (value: T) => void {
  let latest: { readonly value: T } | null = null;
  let resting = false;
  const rest = (): void => {
    resting = true;
    setTimeout(() => {
      resting = false;
      if (latest === null) return;
      const { value } = latest;
      latest = null;
      set(value);
      rest();
    }, ms);
  };
  return (value) => {
    if (resting) latest = { value };
    else {
      set(value);
      rest();
    }
  };
}

export function start(of: string): void {
  stop();
  scope.value = of;
  live = openLive({ ...browserDeps(liveTicket) });
  live.subscribe((s) => {
    if (s.at !== null && s.at !== link.value.at) reading = hear(reading, Date.parse(s.at), s.speed, performance.now());
    if (s.liveness === 'live') now.value = ledgerTime(reading, performance.now());
    link.value = s;
    if (s.liveness === 'ended') over();
  });
  const showWall = paced<Board<WallItem>>(400, (board) => {
    const before = wall.value?.news ?? [];
    wallBoard.value = board;
    const after = wall.value?.news ?? [];
    const latest = fresh(before, after);
    if (latest.length > 0) news.value = latest;
  });
  const showPicture = paced<Board<PictureFeature>>(1_000, (board) => (features.value = board.items));
  live.watch({ view: 'wall', scope: of }, showWall);
  live.watch({ view: 'picture', scope: of }, showPicture);
  void askNames();
  void askStatistics();
  timers.push(
    setInterval(() => {
      const s = link.value;
      if (s.liveness === 'live') {
        now.value = ledgerTime(reading, performance.now());
        behind.value = 0;
      } else if (s.goodAt !== null) behind.value = performance.now() - s.goodAt;
    }, 500),
    setInterval(() => {
      void askNames();
      if (link.value.liveness === 'live') void askStatistics();
    }, 30_000),
  );
  addEventListener('online', nudge);
}

const nudge = (): void => live?.nudge();

export function stop(): void {
  live?.close();
  live = null;
  for (const t of timers.splice(0)) clearInterval(t);
  removeEventListener('online', nudge);
}
