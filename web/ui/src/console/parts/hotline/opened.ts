/** The ticket that is open, with its facts, its incident and the others on it; read again now and then, and after every word given. */
import { shallowRef } from 'vue';
import { api } from '@shared/api';
import type { Incident, TimelineEntry } from '@shared/wire';
import { user } from '../../session';
import { hotlineApi, seesWhole, type Ticket, type TicketBefore, type TicketDetail } from '../../hotline';

export interface OpenTicket {
  readonly ticket: TicketDetail;
  readonly timeline: readonly TimelineEntry[];
  /** Null: none, or it is not for this reader. */
  readonly incident: Incident | null;
  readonly trail: readonly TimelineEntry[];
  /** The caller's other tickets. */
  readonly history: readonly TicketBefore[];
  /** The other tickets on the same incident. */
  readonly others: readonly Ticket[];
}

export const openTicket = shallowRef<OpenTicket | null>(null);
export const ticketFailure = shallowRef<Error | null>(null);
/** The command whose form is open. */
export const ticketForm = shallowRef<string | null>(null);
/** The caller, as they were shown this once. */
export const shownCaller = shallowRef<{ readonly id: string; readonly name: string; readonly phone: string } | null>(null);

let asked: AbortController | null = null;

async function beside(t: TicketDetail, signal: AbortSignal): Promise<Pick<OpenTicket, 'incident' | 'trail' | 'others'>> {
  if (t.incident === null) return { incident: null, trail: [], others: [] };
  const id = t.incident.id;
  const [incident, trail, others] = await Promise.all([
    api.incident(id, signal).catch(() => null), api.timeline(id, signal).catch((): readonly TimelineEntry[] => []),
    t.incident.tickets < 2 ? [] : hotlineApi.list({ incident: id, limit: 50 }, signal).then((p) => p.items.filter((x) => x.id !== t.id), (): readonly Ticket[] => []),
  ]);
  return { incident, trail, others };
}

/** Reads a ticket. What was open stays until the other is there, unless it is another one. */
export async function showTicket(id: string): Promise<void> {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  if (openTicket.value !== null && openTicket.value.ticket.id !== id) {
    openTicket.value = null;
    ticketForm.value = null;
    shownCaller.value = null;
  }
  try {
    const [ticket, timeline, history] = await Promise.all([
      hotlineApi.ticket(id, mine.signal), hotlineApi.timeline(id, mine.signal),
      user.value !== null && seesWhole(user.value.role) ? hotlineApi.history(id, mine.signal).catch((): readonly TicketBefore[] => []) : [],
    ]);
    const rest = await beside(ticket, mine.signal);
    if (mine.signal.aborted) return;
    openTicket.value = { ticket, timeline, history, ...rest };
    ticketFailure.value = null;
  } catch (error) {
    if (!mine.signal.aborted) ticketFailure.value = error instanceof Error ? error : new Error(String(error));
  }
}

/** Takes the answer of a command at once, and reads what goes with it after. */
export function tookTicket(ticket: TicketDetail): void {
  if (openTicket.value?.ticket.id === ticket.id) openTicket.value = { ...openTicket.value, ticket };
  void showTicket(ticket.id);
}

export function hideTicket(): void {
  asked?.abort();
  openTicket.value = null;
  ticketFailure.value = null;
  ticketForm.value = null;
  shownCaller.value = null;
}
