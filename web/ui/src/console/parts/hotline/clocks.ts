/**
 * The clocks of a ticket as a page shows them. The city's ends when the city is told, the
 * internal one when the reply is written, the first call's when somebody rang. A clock
 * that was met says so and stands; nothing that stands looks as if it ran.
 */
import { shareUsed, timeLeft, type Left } from '@shared/timeleft';
import { clocks, type Clock, type Ticket } from '../../hotline';

/** `none`: no deadline is known; `met`, `late`: it was done; `stopped`: another has it now. */
export type ClockState = 'none' | 'running' | 'soon' | 'over' | 'met' | 'late' | 'stopped';
export interface ClockFace {
  readonly clock: Clock;
  readonly due: string | null;
  /** When what it is for was done. */
  readonly done: string | null;
  readonly state: ClockState;
  readonly left: Left;
}

/** The share of its time after which a running clock is said to end soon. */
const soon = 0.8;

const doneOf = (t: Ticket, clock: Clock): string | null => ({ city: t.reported_at, internal: t.replied_at, contact: t.contacted_at })[clock];

/**
 * One clock at `now`. `warn` is when the rules say that it ends soon, where they were
 * asked; else four fifths of the time between receipt and deadline. The city's is also
 * close once the internal limit is past: what is left then is the reserve.
 */
export function faceOf(t: Ticket, clock: Clock, now: number | null, warn: string | null = null): ClockFace {
  const due = t.due[clock];
  const done = doneOf(t, clock);
  const left = timeLeft(due, now);
  const state = ((): ClockState => {
    if (due === null) return done === null ? 'none' : 'met';
    if (done !== null) return Date.parse(done) > Date.parse(due) ? 'late' : 'met';
    if (t.stage === 'returned') return 'stopped';
    if (left.kind === 'none') return 'none';
    if (left.kind === 'over') return 'over';
    if (clock === 'city' && timeLeft(t.due.internal, now).kind === 'over') return 'soon';
    const near = warn === null ? (shareUsed(t.received_at, due, now) ?? 0) >= soon : now !== null && now >= Date.parse(warn);
    return near ? 'soon' : 'running';
  })();
  return { clock, due, done, state, left };
}

export const facesOf = (t: Ticket, now: number | null): readonly ClockFace[] => clocks.map((c) => faceOf(t, c, now));

/** Marks on the line from receipt to the city's deadline, 0 to 1: where the call was due, where the reply is, where now is. */
export interface Line {
  readonly contact: number | null;
  readonly internal: number | null;
  readonly now: number | null;
}
export function lineOf(t: Ticket, now: number | null): Line | null {
  if (t.due.city === null) return null;
  const share = (at: string | null): number | null => (at === null ? null : shareUsed(t.received_at, t.due.city, Date.parse(at)));
  return { contact: share(t.due.contact), internal: share(t.due.internal), now: now === null ? null : shareUsed(t.received_at, t.due.city, now) };
}
