/**
 * What travels between server and page: types of the HTTP answers and live frames,
 * and the only place where something unknown is taken to be one of them. wire.check.ts
 * holds the answers to the types made from the server's OpenAPI document.
 */
import type { Feature, Point } from 'geojson';

export const stages = ['verifying', 'intake', 'dispatching', 'handling', 'coordinating', 'checking', 'closing'] as const;
export type Stage = (typeof stages)[number];
export const statuses = ['open', 'closed', 'declined', 'voided', 'merged'] as const;
export type Status = (typeof statuses)[number];
export const tiers = ['community', 'street', 'district'] as const;
export type Tier = (typeof tiers)[number];
export const lamps = ['green', 'yellow', 'red', 'grey'] as const;
export type Lamp = (typeof lamps)[number];
export const sources = [
  'inspector', 'hotline', 'citizen', 'sensor', 'video', 'department', 'leader', 'media', 'campaign', 'emergency',
] as const;
export type Source = (typeof sources)[number];
export const severities = ['normal', 'urgent', 'major'] as const;
export type Severity = (typeof severities)[number];
export const roles = [
  'inspector', 'community', 'handler', 'street', 'district', 'hotline', 'supervisor', 'screen', 'admin',
] as const;
export type Role = (typeof roles)[number];
export const commands = [
  'confirm', 'refute', 'file', 'decline', 'dispatch', 'accept', 'handle', 'return', 'transfer', 'escalate',
  'open-coordination', 'conclude-coordination', 'request-extension', 'grant-extension', 'refuse-extension',
  'request-suspension', 'grant-suspension', 'refuse-suspension', 'resume', 'approve-return', 'refuse-return', 'help', 'assign',
  'call', 'arrive', 'refuse-call', 'urge', 'supervise', 'reply', 'pass', 'fail', 'close', 'reopen', 'void', 'merge', 'unmerge',
  'rate', 'appeal', 'uphold-appeal', 'reject-appeal', 'spot-check', 'view-caller', 'correct', 'hand-over', 'comment', 'attach',
] as const;
export type Command = (typeof commands)[number];
export const returnCodes = [
  'misdispatched', 'not_our_duty', 'wrong_place', 'owner_elsewhere', 'duplicate', 'needs_support',
] as const;
export const escalateCodes = ['beyond_power', 'needs_enforcement', 'cross_area', 'funds', 'not_ours'] as const;
export const suspendCodes = [
  'litigation', 'planned', 'assessment', 'transfer', 'season', 'expropriation', 'criminal_case', 'permit',
] as const;
export const limitUnits = ['urgent_minutes', 'urgent_hours', 'urgent_days', 'working_hours', 'working_days', 'natural_days'] as const;
export const grounds = ['timeout', 'return', 'rework'] as const;
export const correctable = ['location', 'matter', 'description', 'severity', 'concerns'] as const;
export const flags = [
  'unplaced', 'outside_grid', 'relocated', 'no_criterion', 'no_matter', 'calendar_not_published', 'imported', 'simulated', 'sent_later', 'pinned',
  'place_in_doubt', 'confidential', 'closed_before_reported', 'not_found', 'reopened', 'handed_over', 'supervised', 'call_refused', 'absorbing',
  'recurrence', 'same_photo', 'false_handling', 'drawn', 'conflict', 'exempted', 'helper_unfinished',
] as const;

/** An instant as RFC 3339 text with zone. */
export type Instant = string;

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly unit: string;
  readonly unit_name: string;
  /** Whence this person may report. */
  readonly sources: readonly Source[];
}

export interface MatterKey {
  readonly scheme: string;
  readonly kind: string;
  readonly code: string;
}

export interface Matter extends MatterKey {
  readonly name: string;
  readonly class?: string;
  readonly activated?: boolean;
}

export interface Criterion {
  readonly id: string;
  readonly matter?: Matter;
  readonly filing_condition: string;
  readonly closing_condition: string;
  readonly limit: number;
  readonly limit_unit: string;
}

export interface Unit {
  readonly code: string;
  readonly name: string;
  readonly tier: Tier;
  readonly kind: 'center' | 'station' | 'office' | 'branch' | 'department' | 'owner';
  readonly parent: string | null;
  /** The area it serves: district, street or community. */
  readonly area?: string;
  /** It dispatches. */
  readonly desk?: boolean;
  readonly duties?: string;
}

export interface Candidate {
  readonly unit: string;
  readonly name?: string;
  readonly tier: Tier;
  readonly reason: string;
}

/** A unit and its name, as an incident speaks of one. */
export interface Party {
  readonly unit: string;
  readonly name: string;
}

/** A unit that helps the lead, with a task and a limit of its own. */
export interface HelperTask extends Party {
  readonly task: string;
  readonly due: Instant | null;
  readonly done: boolean;
  readonly late: boolean;
  readonly result: string;
}

/** A branch was called to come. */
export interface CallMade extends Party {
  readonly n: number;
  readonly task: string;
  readonly due: Instant | null;
  /** `arrived`, `refused`, or empty while it is awaited. */
  readonly answered: string;
  readonly late?: boolean;
  readonly lapsed: boolean;
  readonly reason: string;
}

/** What a unit has asked its desk for and nobody has answered yet. */
export interface RequestMade extends Party {
  readonly reason: string;
  readonly at: Instant;
  /** Rungs of the ladder that have said yes so far. */
  readonly rungs?: number;
  readonly until?: Instant | null;
  readonly code?: string;
  readonly clause?: string;
  readonly review_due?: Instant | null;
}

export interface Supervision {
  readonly n: number;
  readonly by_unit: string;
  readonly question: string;
  readonly reply_by: Instant | null;
  readonly answer: string;
  readonly replied_at: Instant | null;
  readonly late: boolean;
  readonly lapsed: boolean;
}

/** Another incident, as this one points to it. */
export interface Link {
  readonly id: string;
  readonly number: string;
}

/** What an incident carries of the moves of the trade; absent or empty where nothing of the kind has happened. */
export interface Moves {
  readonly return_by?: Instant | null;
  readonly first_receiver?: Party | null;
  readonly safeguard?: (Party & { readonly why: string }) | null;
  /** A coordination was concluded since it was filed. */
  readonly bound?: boolean;
  readonly assignee?: { readonly team: string; readonly person: string } | null;
  readonly helpers?: readonly HelperTask[] | null;
  readonly calls?: readonly CallMade[] | null;
  readonly requests?: {
    readonly extension?: RequestMade | null;
    readonly suspension?: RequestMade | null;
    readonly return?: RequestMade | null;
  } | null;
  readonly suspension?: { readonly from: Instant; readonly until: Instant; readonly code: string; readonly reason: string } | null;
  readonly suspensions?: number;
  readonly coordination?: {
    readonly desk: string; readonly units: readonly Party[]; readonly question: string; readonly opened_at: Instant;
  } | null;
  readonly urges?: number;
  readonly supervisions?: readonly Supervision[] | null;
  readonly tasked?: { readonly person: string; readonly grid: string; readonly why: string } | null;
  readonly merged_into?: Link | null;
  readonly absorbed?: readonly Link[] | null;
  /** The unit that it, or its staff, is about. */
  readonly concerns?: Party | null;
  readonly parent?: string | null;
  readonly rest?: string | null;
  readonly recurrence?: { readonly of: string; readonly number: string; readonly closed_at: Instant; readonly count: number } | null;
  readonly ratings?: readonly { readonly score: number; readonly rater: string; readonly at: Instant }[] | null;
  readonly appeal?: (Party & {
    readonly reason: string; readonly grounds: readonly string[] | null; readonly state: string; readonly desk: string;
  }) | null;
  readonly exemptions?: readonly string[] | null;
  readonly spot_checks?: readonly { readonly genuine: boolean; readonly reason: string; readonly at: Instant }[] | null;
  readonly late?: readonly (Party & { readonly clock: string; readonly stage: string; readonly due: Instant })[] | null;
  readonly photos_after?: readonly string[] | null;
  readonly handed_over?: { readonly agency: string; readonly receipt: string } | null;
  readonly criterion_urgent?: boolean;
}

export interface Incident extends Moves {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly position: number;
  readonly source: Source;
  readonly matter: Matter | null;
  readonly criterion: Criterion | null;
  readonly description: string;
  readonly severity: Severity;
  readonly location: {
    readonly lng: number | null;
    readonly lat: number | null;
    readonly given_crs?: string;
    readonly accuracy_m?: number;
    readonly address: string;
  };
  readonly grid: { readonly code: string; readonly version: string } | null;
  readonly community: string;
  readonly street: string;
  readonly status: Status;
  readonly stage: Stage | null;
  readonly tier: Tier;
  readonly holder: { readonly unit: string; readonly name: string } | null;
  readonly due: { readonly stage: Instant | null; readonly total: Instant | null };
  readonly lamp: Lamp;
  readonly overdue?: boolean;
  readonly accepted?: boolean;
  readonly accept_due?: Instant | null;
  readonly suspended: boolean;
  readonly difficult: boolean;
  readonly returns: number;
  readonly transfers: number;
  readonly reworks: number;
  readonly extensions: number;
  readonly flags: readonly string[];
  readonly routing: {
    readonly policy_version: string;
    readonly reason: string;
    readonly candidates: readonly Candidate[] | null;
  };
  readonly intake_desk?: string;
  readonly photos: readonly string[];
  readonly reporter: { readonly name: string; readonly phone: string; readonly confidential: boolean } | null;
  readonly handled_on_the_spot?: boolean;
  readonly external?: { readonly system: string; readonly id: string } | null;
  readonly result?: string;
  readonly occurred_at: Instant;
  readonly reported_at: Instant;
  readonly filed_at: Instant | null;
  readonly handled_at: Instant | null;
  readonly closed_at: Instant | null;
  readonly updated_at?: Instant;
  readonly allowed?: readonly string[];
}

export interface IncidentPage {
  readonly items: readonly Incident[];
  readonly next_cursor: string | null;
  readonly total: number;
  readonly total_is?: 'at_least';
  readonly position: number;
}

/** A stretch of time; where it was counted, toward which of a deadline's limits. */
export interface Period {
  readonly from: Instant;
  readonly to: Instant;
  readonly limit: number;
}

/** What can run out: the two clocks of an incident, what has a limit of its own beside them, and the clocks of a hotline ticket. */
export const clockNames = ['stage', 'total', 'accept', 'arrive', 'review', 'return', 'city', 'contact', 'reserve'] as const;
export type ClockName = (typeof clockNames)[number];

/** Why a deadline is when it is. */
export interface DueExplained {
  readonly clock: ClockName;
  readonly from: Instant;
  readonly due: Instant | null;
  /** When the policy's share of the limit is used up and the lamp turns yellow. */
  readonly warn: Instant | null;
  readonly limits: readonly { readonly n: number; readonly unit: string }[];
  readonly periods: readonly Period[];
  readonly pauses: readonly Period[];
  readonly calendar: string;
  readonly missing: number | null;
  readonly given: boolean;
  /** Version of the rules that the limits were taken from. */
  readonly rules: string;
  /** All of it in one Chinese sentence, by the server; empty where it gave none. */
  readonly sentence: string;
}

export interface TimelineEntry {
  readonly position: number;
  readonly version: number;
  readonly at: Instant;
  readonly type: string;
  /** The account, or `system:…`. */
  readonly actor: string;
  readonly actor_name: string;
  readonly role: string;
  readonly unit: string;
  readonly unit_name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly due_explained: readonly DueExplained[];
}

export interface PictureProperties {
  readonly number: string;
  readonly matter: Matter | null;
  readonly stage: Stage | null;
  readonly tier: Tier;
  readonly lamp: Lamp;
  readonly street: string;
  readonly community: string;
  readonly flags: readonly string[];
}
export type PictureFeature = Feature<Point | null, PictureProperties> & { readonly id: string };

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The same sentence in Chinese, where a rule said no. */
  readonly detail_zh: string;
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly have_version: number | null;
}

export interface Located {
  readonly grid: { readonly code: string; readonly version: string };
  readonly community: string;
  readonly street: string;
  readonly district: string;
}

/** What every live item has. */
export interface Item {
  readonly id: string;
}

export type WallItem = Item & Readonly<Record<string, unknown>> & { readonly kind: string };

/** The three live views, and what their items are. */
export interface Views {
  readonly picture: PictureFeature;
  readonly worklist: Incident;
  readonly wall: WallItem;
}

export type Frame<T extends Item = Item> =
  | {
      readonly op: 'snapshot';
      readonly id: number;
      readonly epoch: string;
      readonly position: number;
      readonly at: Instant;
      readonly speed?: number;
      readonly put: readonly T[];
      readonly part: number;
      readonly of: number;
    }
  | {
      readonly op: 'frame';
      readonly id: number;
      readonly from: number;
      readonly to: number;
      readonly at: Instant;
      readonly speed?: number;
      readonly put?: readonly T[];
      readonly gone?: readonly string[];
    }
  | { readonly op: 'reset'; readonly id: number; readonly reason: string }
  | { readonly op: 'bye'; readonly code: number; readonly reason: string; readonly retry: boolean };

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);
const text = (x: unknown): string => (typeof x === 'string' ? x : '');
const number = (x: unknown): number | null => (typeof x === 'number' && Number.isFinite(x) ? x : null);
const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : []);

/** Takes the body of an answer to be what the contract says it is. */
export function trust<T>(body: unknown): T {
  return body as T;
}

/** Reads one live frame, or says why it is none. */
export function readFrame(message: string): Frame {
  const x: unknown = JSON.parse(message);
  if (!isObject(x)) throw new Error('live: a frame is not an object');
  switch (x['op']) {
    case 'snapshot':
      if (number(x['id']) === null || number(x['position']) === null) throw new Error('live: a snapshot without id or position');
      return {
        ...(x as unknown as Extract<Frame, { op: 'snapshot' }>),
        put: list(x['put']) as readonly Item[],
        part: number(x['part']) ?? 1,
        of: number(x['of']) ?? 1,
      };
    case 'frame':
      if (number(x['id']) === null || number(x['from']) === null || number(x['to']) === null) {
        throw new Error('live: a frame without id, from or to');
      }
      return x as unknown as Frame;
    case 'reset':
    case 'bye':
      return x as unknown as Frame;
    default:
      throw new Error(`live: unknown op ${String(x['op'])}`);
  }
}

/** Reads a problem+json body; anything else becomes a problem with the status alone. */
export function readProblem(status: number, body: unknown): Problem {
  const x = isObject(body) ? body : {};
  return {
    type: text(x['type']),
    title: text(x['title']),
    status,
    detail: text(x['detail']),
    detail_zh: text(x['detail_zh']),
    code: text(x['code']),
    errors: list(x['errors']).map((e) => {
      const o = isObject(e) ? e : {};
      return { pointer: text(o['pointer']) || text(o['location']), detail: text(o['detail']) || text(o['message']) };
    }),
    have_version: number(x['have_version']),
  };
}

function readPeriods(x: unknown): readonly Period[] {
  return list(x)
    .filter(isObject)
    .map((p) => ({ from: text(p['from']), to: text(p['to']), limit: number(p['limit']) ?? 0 }))
    .filter((p) => p.from !== '' && p.to !== '');
}

export function readDue(clock: ClockName, x: unknown): DueExplained | null {
  if (!isObject(x)) return null;
  return {
    clock,
    from: text(x['from']),
    due: text(x['due']) || null,
    warn: text(x['warn']) || null,
    limits: list(x['limits'])
      .filter(isObject)
      .map((l) => ({ n: number(l['n']) ?? 0, unit: text(l['unit']) })),
    periods: readPeriods(x['periods']),
    pauses: readPeriods(x['pauses']),
    calendar: text(x['calendar']),
    missing: number(x['missing']) || null,
    given: x['given'] === true,
    rules: text(x['limit_version']),
    sentence: text(x['sentence']),
  };
}

/** Reads one fact of an incident as the timeline tells it. */
export function readTimelineEntry(body: unknown): TimelineEntry {
  const x = isObject(body) ? body : {};
  const due = isObject(x['due_explained']) ? x['due_explained'] : {};
  return {
    position: number(x['position']) ?? 0,
    version: number(x['version']) ?? 0,
    at: text(x['at']),
    type: text(x['type']),
    actor: text(x['actor']),
    actor_name: text(x['actor_name']),
    role: text(x['role']),
    unit: text(x['unit']),
    unit_name: text(x['unit_name']),
    data: isObject(x['data']) ? x['data'] : {},
    due_explained: clockNames.map((c) => readDue(c, due[c])).filter((d) => d !== null),
  };
}

/** Reads who is logged in from what was remembered, or null. */
export function readUser(body: unknown): User | null {
  if (!isObject(body)) return null;
  const role = roles.find((r) => r === body['role']);
  if (role === undefined || typeof body['name'] !== 'string') return null;
  return {
    name: body['name'], role, unit: text(body['unit']), unit_name: text(body['unit_name']),
    sources: sources.filter((s) => list(body['sources']).includes(s)),
  };
}
