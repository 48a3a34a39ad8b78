/**
 * What the wall shows, as pure folds of the live view `wall`: today's figures, what is
 * open and how it stands, rankings, and what just happened. Nothing here reads a clock;
 * the day is the ledger's, so that midnight needs no fact.
 */
import { lamps, stages, tiers, type Item, type Lamp, type Stage, type Tier } from '@shared/wire';

export interface DayFigures {
  readonly reported: number;
  readonly filed: number;
  readonly declined: number;
  readonly dispatched: number;
  readonly handled: number;
  readonly handled_on_time: number;
  readonly to_be_handled: number;
  readonly overdue: number;
  readonly closed: number;
  readonly returns: number;
  readonly reworks: number;
}

export const noFigures: DayFigures = {
  reported: 0, filed: 0, declined: 0, dispatched: 0, handled: 0, handled_on_time: 0, to_be_handled: 0, overdue: 0, closed: 0,
  returns: 0, reworks: 0,
};

export interface Ranked {
  readonly key: string;
  readonly name: string;
  readonly open: number;
  readonly red: number;
  readonly today: DayFigures;
}

export interface Happening {
  readonly id: string;
  readonly incident: string;
  readonly number: string;
  readonly event: string;
  readonly at: string;
  readonly position: number;
  readonly matter: string;
  readonly street: string;
  readonly stage: string;
  readonly tier: string;
  readonly lamp: Lamp;
}

export interface WallModel {
  readonly today: DayFigures;
  readonly yesterday: DayFigures | null;
  readonly open: number;
  readonly red: number;
  readonly byStage: ReadonlyMap<Stage, number>;
  readonly byTier: ReadonlyMap<Tier, number>;
  readonly byLamp: ReadonlyMap<Lamp, number>;
  /** Most open first. */
  readonly streets: readonly Ranked[];
  readonly matters: readonly Ranked[];
  readonly sources: readonly Ranked[];
  readonly units: readonly Ranked[];
  /** Newest first. */
  readonly news: readonly Happening[];
}

type Raw = Item & Readonly<Record<string, unknown>>;

const text = (x: unknown): string => (typeof x === 'string' ? x : '');
const count = (x: unknown): number => (typeof x === 'number' && Number.isFinite(x) ? x : 0);
const inside = (x: unknown, key: string): unknown =>
  typeof x === 'object' && x !== null ? new Map<string, unknown>(Object.entries(x)).get(key) : undefined;

function figures(i: Raw): DayFigures {
  return {
    reported: count(i['reported']), filed: count(i['filed']), declined: count(i['declined']), dispatched: count(i['dispatched']),
    handled: count(i['handled']), handled_on_time: count(i['handled_on_time']), to_be_handled: count(i['to_be_handled']),
    overdue: count(i['overdue']), closed: count(i['closed']), returns: count(i['returns']), reworks: count(i['reworks']),
  };
}

function ranked(i: Raw, day: string): Ranked {
  return {
    key: text(i['key']),
    name: text(i['name']) || text(inside(i['matter'], 'name')),
    open: count(i['count']),
    red: count(i['red']),
    // A figure of another day says nothing about this one.
    today: text(i['day']) === day ? figures(i) : noFigures,
  };
}

function happening(i: Raw): Happening {
  return {
    id: i.id, incident: text(i['incident']), number: text(i['number']), event: text(i['event']), at: text(i['at']),
    position: count(i['position']), matter: text(inside(i['matter'], 'name')), street: text(i['street']), stage: text(i['stage']),
    tier: text(i['tier']), lamp: lamps.find((l) => l === i['lamp']) ?? 'green',
  };
}

/** The day before a day, both as 2026-11-23. */
export function dayBefore(day: string): string {
  const t = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(t) ? '' : new Date(t - 86_400_000).toISOString().slice(0, 10);
}

const mostOpen = (a: Ranked, b: Ranked): number => b.open - a.open || b.today.reported - a.today.reported || (a.key < b.key ? -1 : 1);
const mostToday = (a: Ranked, b: Ranked): number => b.today.reported - a.today.reported || b.open - a.open || (a.key < b.key ? -1 : 1);
const mostJudged = (a: Ranked, b: Ranked): number => b.today.to_be_handled - a.today.to_be_handled || mostOpen(a, b);

/** The wall of a scope on a day of the ledger. */
export function wallOf(items: Iterable<Raw>, scope: string, day: string): WallModel {
  let today = noFigures;
  let yesterday: DayFigures | null = null;
  let open = 0;
  let red = 0;
  const byStage = new Map<Stage, number>();
  const byTier = new Map<Tier, number>();
  const byLamp = new Map<Lamp, number>();
  const lists = { street: [] as Ranked[], matter: [] as Ranked[], source: [] as Ranked[], unit: [] as Ranked[] };
  const news: Happening[] = [];
  const before = dayBefore(day);
  for (const i of items) {
    const kind = text(i['kind']);
    if (kind === 'last') {
      news.push(happening(i));
      continue;
    }
    if (text(i['scope']) !== scope && i['scope'] !== undefined) continue;
    const key = text(i['key']);
    switch (kind) {
      case 'day':
        if (text(i['day']) === day) today = figures(i);
        else if (text(i['day']) === before) yesterday = figures(i);
        break;
      case 'open':
        open = count(i['count']);
        red = count(i['red']);
        break;
      case 'stage': {
        const stage = stages.find((s) => s === key);
        if (stage !== undefined) byStage.set(stage, count(i['count']));
        break;
      }
      case 'tier': {
        const tier = tiers.find((x) => x === key);
        if (tier !== undefined) byTier.set(tier, count(i['count']));
        break;
      }
      case 'lamp': {
        const lamp = lamps.find((l) => l === key);
        if (lamp !== undefined) byLamp.set(lamp, count(i['count']));
        break;
      }
      case 'street':
      case 'matter':
      case 'source':
      case 'unit':
        lists[kind].push(ranked(i, day));
        break;
      default: // a kind that this build does not know
    }
  }
  return {
    today, yesterday, open, red, byStage, byTier, byLamp,
    streets: lists.street.sort(mostOpen),
    matters: lists.matter.sort(mostOpen),
    sources: lists.source.sort(mostToday),
    units: lists.unit.sort(mostJudged),
    news: news.sort((a, b) => b.position - a.position),
  };
}

/** Which happenings are news against what was shown before; nothing is when everything is shown for the first time. */
export function fresh(before: readonly Happening[], after: readonly Happening[]): readonly Happening[] {
  const newest = before[0]?.position;
  return newest === undefined ? [] : after.filter((h) => h.position > newest);
}

/** The classes of the map's fixed legend: open incidents in a community. */
export const classes = [0, 1, 2, 3, 5, 8] as const;

/** The class that a number falls in: the last whose beginning it reaches. */
export function classOf(n: number): number {
  let at = 0;
  classes.forEach((from, i) => {
    if (n >= from) at = i;
  });
  return at;
}

/** 1, 2, 3–4, 5–7, ≥8 */
export function classLabel(i: number): string {
  const from = classes[i] ?? 0;
  const next = classes[i + 1];
  if (next === undefined) return `≥${from}`;
  return next - 1 === from ? String(from) : `${from}–${next - 1}`;
}
