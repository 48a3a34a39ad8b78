/** The day of a desk: who is on, what is handed over, what waits, what is under way. */
import { query, request } from '@shared/api';
import type { Incident, Instant, Lamp, Matter, Severity, Stage, Tier } from '@shared/wire';

export interface DeskRef {
  readonly code: string;
  readonly name: string;
  readonly tier: Tier;
}
export interface DeskHours {
  readonly text: string;
  readonly spans: readonly { readonly from: string; readonly to: string }[];
  readonly workdays: boolean;
}
export const posts = ['duty_leader', 'dispatch', 'intake', 'closing', 'clerk'] as const;
export type Post = (typeof posts)[number];
export interface Member {
  readonly person?: string;
  readonly name: string;
  readonly post: Post;
}
export interface Turn {
  readonly day: string;
  readonly shift: 'day' | 'night';
  readonly from: Instant;
  readonly to: Instant;
  readonly leader: Member | null;
  readonly people: readonly Member[];
  readonly note: string;
  readonly set_by: string;
  readonly set_at: Instant | null;
}
export interface RosterRead {
  readonly desk: DeskRef;
  readonly hours: DeskHours;
  readonly current: Turn;
  readonly items: readonly Turn[];
  readonly position: number;
}

/** One incident on a sheet. */
export interface SheetLine {
  readonly id: string;
  readonly number: string;
  readonly matter: string;
  readonly stage: Stage | '';
  readonly holder: string;
  readonly due: Instant | null;
  readonly until?: Instant | null;
}
export interface Sheet {
  readonly as_of: Instant;
  readonly position: number;
  readonly counts: Readonly<Record<'open' | 'urgent' | 'overdue' | 'turning_red' | 'pending' | 'suspended' | 'waiting', number>>;
  readonly urgent: readonly SheetLine[];
  readonly turning_red: readonly SheetLine[];
  readonly pending: readonly SheetLine[];
  readonly suspended: readonly SheetLine[];
  readonly notes?: string;
}
export interface Signature {
  readonly person: string;
  readonly name: string;
  readonly at: Instant;
}
export interface Handover {
  readonly id: string;
  readonly desk: DeskRef;
  readonly moment: Instant;
  readonly outgoing: Turn;
  readonly incoming: Turn;
  readonly status: 'none' | 'prepared' | 'half_signed' | 'signed';
  readonly sheet: Sheet | null;
  readonly digest: string;
  readonly prepared_by: string;
  readonly prepared_at: Instant | null;
  readonly signed_outgoing: Signature | null;
  readonly signed_incoming: Signature | null;
}
export interface BriefingLine {
  readonly id: string;
  readonly number: string;
  readonly matter: string;
  readonly description: string;
  readonly address: string;
  readonly severity: Severity;
  readonly stage: Stage | null;
  readonly holder: string;
  readonly due: Instant | null;
  readonly lamp: Lamp;
  readonly returns: number;
  readonly recurrences: number;
  readonly until: Instant | null;
  readonly reported_at: Instant;
}
export const briefingParts = [
  'overnight_urgent', 'turning_red', 'returned_twice', 'repeated', 'suspensions_expiring', 'calls_refused', 'supervised_unanswered',
] as const;
export type Briefing = Readonly<Record<(typeof briefingParts)[number], { readonly total: number; readonly items: readonly BriefingLine[] }>> & {
  readonly desk: DeskRef;
  readonly as_of: Instant;
  readonly position: number;
  readonly night_from: Instant;
  readonly night_to: Instant;
  readonly open: number;
  readonly waiting: number;
};
export interface Queue {
  readonly desk: DeskRef;
  readonly hours: DeskHours;
  readonly attended: boolean;
  readonly items: readonly { readonly incident: Incident; readonly came: Instant; readonly urgent: boolean }[];
  readonly total: number;
  readonly position: number;
}
export interface Progress {
  readonly unit: string;
  readonly name: string;
  readonly done: number;
  readonly grids: number;
  readonly found: number;
}
export interface Campaign {
  readonly id: string;
  readonly title: string;
  readonly matter: Matter | null;
  readonly area: readonly string[];
  readonly desk: DeskRef;
  readonly from: Instant;
  readonly until: Instant;
  readonly look_at: string;
  readonly status: 'planned' | 'running' | 'ended';
  readonly ended_at: Instant | null;
  readonly progress: Progress;
}
export interface CampaignDetail extends Campaign {
  readonly end_reason: string;
  readonly units: readonly Progress[];
  readonly streets: readonly Progress[];
  readonly may_end: boolean;
  readonly position: number;
}
export interface CoverageSum {
  readonly unit: string;
  readonly name: string;
  readonly covered: number;
  readonly grids: number;
  readonly rate: number | null;
  readonly visits: number;
  readonly minutes: number;
}
export interface Coverage {
  readonly day: string;
  readonly items: readonly { readonly grid: string; readonly name: string; readonly community: string; readonly visits: number; readonly last: Instant | null; readonly minutes: number }[];
  readonly units: readonly CoverageSum[];
  readonly total: CoverageSum;
  readonly position: number;
  readonly at: Instant;
}

const of = (signal?: AbortSignal): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });
const id = encodeURIComponent;

export const deskApi = {
  roster: (day: string, days: number, desk: string, signal?: AbortSignal) => request<RosterRead>('GET', `/duty/roster${query({ day, days, desk })}`, of(signal)),
  setRoster: (body: unknown, key: string) => request<{ readonly turn: Turn; readonly position: number }>('POST', '/duty/roster', { body, key }),
  handover: (desk: string, signal?: AbortSignal) => request<{ readonly handover: Handover; readonly draft: Sheet; readonly position: number }>('GET', `/duty/handover${query({ desk })}`, of(signal)),
  handovers: (desk: string, signal?: AbortSignal) => request<{ readonly items: readonly Handover[] }>('GET', `/duty/handovers${query({ desk })}`, of(signal)),
  prepare: (body: unknown, key: string) => request<{ readonly handover: Handover }>('POST', '/duty/handovers', { body, key }),
  sign: (of: string, body: unknown, key: string) => request<{ readonly handover: Handover }>('POST', `/duty/handovers/${id(of)}/sign`, { body, key }),
  briefing: (desk: string, signal?: AbortSignal) => request<Briefing>('GET', `/duty/briefing${query({ desk })}`, of(signal)),
  queue: (desk: string, signal?: AbortSignal) => request<Queue>('GET', `/duty/queue${query({ desk })}`, of(signal)),
  campaigns: (signal?: AbortSignal) => request<{ readonly items: readonly Campaign[] }>('GET', '/campaigns', of(signal)),
  campaign: (which: string, signal?: AbortSignal) => request<CampaignDetail>('GET', `/campaigns/${id(which)}`, of(signal)),
  launch: (body: unknown, key: string) => request<CampaignDetail>('POST', '/campaigns', { body, key }),
  end: (which: string, body: unknown, key: string) => request<CampaignDetail>('POST', `/campaigns/${id(which)}/end`, { body, key }),
  coverage: (day: string, street: string, signal?: AbortSignal) => request<Coverage>('GET', `/patrols/coverage${query({ day, street })}`, of(signal)),
};
