/** Hotline tickets as the server answers them, and what may be asked of it. The city's clock is the city's: nothing here moves it but its recorded word. */
import { query, request } from '@shared/api';
import { readDue, readTimelineEntry, type ClockName, type DueExplained, type Instant, type Lamp, type Matter, type Role, type Stage, type Status, type TimelineEntry } from '@shared/wire';

export const ticketTypes = ['consult', 'complaint', 'report', 'suggestion', 'help', 'other'] as const;
export type TicketType = (typeof ticketTypes)[number];
export const ticketStages = ['received', 'signed', 'answered', 'reviewed', 'called_back', 'returning', 'returned'] as const;
export type TicketStage = (typeof ticketStages)[number];
export const resolutions = ['resolved', 'explained', 'planned', 'not_possible', 'unreasonable'] as const;
export const ratings = ['very_satisfied', 'satisfied', 'basic', 'not_satisfied', 'not_reached'] as const;
export const decisions = ['accepted', 'refused', 'moved'] as const;
export const clocks = ['city', 'internal', 'contact'] as const;
export type Clock = (typeof clocks)[number];

export interface TicketPlace {
  readonly lng: number | null;
  readonly lat: number | null;
  readonly address: string;
}
export interface TicketIncident {
  readonly id: string;
  readonly number: string;
  readonly status: Status;
  readonly stage: Stage | null;
  /** The incident it was linked to; another one than `id` where that was merged. */
  readonly linked: string;
  readonly tickets: number;
}
export interface Ticket {
  readonly id: string;
  readonly number: string;
  readonly source: string;
  readonly external_id: string;
  readonly city_version: number;
  readonly type: TicketType;
  readonly stage: TicketStage;
  readonly description: string;
  readonly matter: Matter | null;
  readonly location: TicketPlace | null;
  readonly community: string;
  readonly street: string;
  readonly received_at: Instant;
  readonly came_at: Instant;
  readonly due: Readonly<Record<Clock, Instant | null>>;
  readonly overdue: Readonly<Record<Clock, boolean>>;
  readonly signed_at: Instant | null;
  readonly contacted_at: Instant | null;
  /** When a reply was written that was let out or waits to be. */
  readonly replied_at: Instant | null;
  /** When the city was first told. */
  readonly reported_at: Instant | null;
  readonly caller: { readonly name: string; readonly phone: string; readonly confidential: boolean } | null;
  readonly incident: TicketIncident | null;
  readonly resolution: string;
  readonly rating: string;
  readonly round: number;
  readonly conflict: boolean;
  /** The caller's ticket before it that is about the same; null: none, or not for this reader. */
  readonly repeat_of: { readonly id: string; readonly number: string; readonly count: number } | null;
  /** The worst of its clocks. */
  readonly lamp: Lamp;
}
export interface TicketContact {
  readonly when: Instant;
  readonly reached: boolean;
  readonly note: string;
  readonly by: string;
  /** When it was written down. */
  readonly at: Instant;
}
export interface TicketReply {
  readonly at: Instant;
  readonly by: string;
  readonly to_caller: string;
  readonly to_city: string;
  readonly resolution: string;
  readonly round: number;
  readonly reviewed_at: Instant | null;
  readonly reviewer: string;
  readonly passed: boolean | null;
  readonly reason: string;
}
export interface TicketReturn {
  readonly at: Instant;
  readonly by: string;
  readonly reason: string;
  readonly ruled_at: Instant | null;
  readonly accepted: boolean | null;
  readonly number: string;
  readonly ruling: string;
}
export interface TicketRating {
  readonly at: Instant;
  readonly result: string;
  readonly for_cause: boolean;
  readonly note: string;
}
export interface TicketRedo {
  readonly at: Instant;
  readonly by: string;
  readonly person: string;
  readonly reason: string;
  readonly decided_at: Instant | null;
  readonly approver: string;
  readonly approved: boolean | null;
}
export interface TicketConflict {
  readonly at: Instant;
  readonly city_version: number;
  readonly number: string;
  readonly type: TicketType;
  readonly description: string;
  readonly due_at: Instant | null;
}
/** Another ticket of the same caller; `repeat`: about the same. */
export type TicketBefore = Ticket & { readonly repeat: boolean };
export interface TicketDetail extends Ticket {
  readonly due_explained: {
    readonly city: unknown;
    readonly internal: { readonly due: Instant | null; readonly reserve: string; readonly counted: unknown; readonly sentence: string };
    readonly contact: unknown;
  };
  readonly contacts: readonly TicketContact[];
  readonly replies: readonly TicketReply[];
  readonly returns: readonly TicketReturn[];
  readonly ratings: readonly TicketRating[];
  readonly redo: TicketRedo | null;
  readonly conflicts: readonly TicketConflict[];
  readonly allowed: readonly string[];
  readonly position: number;
  readonly version: number;
}
export interface TicketPage {
  readonly items: readonly Ticket[];
  readonly next_cursor: string;
  readonly total: number;
  readonly position: number;
}
export interface HotSpot {
  readonly incident: TicketIncident | null;
  readonly matter: Matter | null;
  readonly location: TicketPlace | null;
  readonly callers: number;
  readonly tickets: readonly string[];
  readonly first: Instant;
  readonly last: Instant;
}
export interface HotSpots {
  readonly items: readonly HotSpot[];
  readonly as_of: Instant;
  readonly position: number;
}
/** What became of a file, or would. */
export interface TicketFile {
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly noted: number;
  readonly conflicts: number;
  readonly known: number;
  readonly dry_run: boolean;
  readonly position: number;
}

/** Who may bring tickets in: the city speaks through the hotline's agents. */
export const bringsIn = (role: Role): boolean => role === 'hotline';
/** Who sees every ticket and, where not confidential, whose it is. */
export const seesWhole = (role: Role): boolean => role === 'hotline' || role === 'district' || role === 'supervisor';

/** A deadline as the page explains it; null: none was set. */
export const whyOf = (clock: ClockName, given: unknown): DueExplained | null => readDue(clock, given);

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** A file as the server takes it; null: neither CSV nor workbook. */
export function asTickets(file: File): Blob | null {
  if (/\.xlsx$/i.test(file.name)) return new Blob([file], { type: xlsx });
  return /\.csv$/i.test(file.name) ? new Blob([file], { type: 'text/csv' }) : null;
}

const at = (id: string): string => `/hotline/tickets/${encodeURIComponent(id)}`;
const stoppable = (signal?: AbortSignal): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });
export const hotlineApi = {
  list: (params: Parameters<typeof query>[0], signal?: AbortSignal) => request<TicketPage>('GET', `/hotline/tickets${query(params)}`, stoppable(signal)),
  ticket: (id: string, signal?: AbortSignal) => request<TicketDetail>('GET', at(id), stoppable(signal)),
  timeline: async (id: string, signal?: AbortSignal): Promise<readonly TimelineEntry[]> =>
    (await request<{ readonly items: readonly unknown[] }>('GET', `${at(id)}/timeline`, stoppable(signal))).items.map(readTimelineEntry),
  hotspots: (minPosition?: number, signal?: AbortSignal) => request<HotSpots>('GET', `/hotline/hotspots${query({ min_position: minPosition })}`, stoppable(signal)),
  /** Gives a command; the answer is the ticket as it then stands. */
  give: (id: string, command: string, body: unknown, key: string) => request<TicketDetail>('POST', `${at(id)}/${encodeURIComponent(command)}`, { body, key }),
  /** Shows who called, and records that they were looked up. */
  viewCaller: (id: string, body: unknown, key: string) => request<{ readonly caller: { readonly name: string; readonly phone: string }; readonly ticket: TicketDetail }>('POST', `${at(id)}/view-caller`, { body, key }),
  history: async (id: string, signal?: AbortSignal) => (await request<{ readonly items: readonly TicketBefore[] }>('GET', `${at(id)}/history`, stoppable(signal))).items,
  file: (blob: Blob, dry: boolean) => request<TicketFile>('POST', `/hotline/tickets/files${query({ dry_run: dry })}`, { raw: blob }),
  sheetURL: (id: string) => `/api/v1${at(id)}/sheet`,
};
