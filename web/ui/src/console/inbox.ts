/** What waits for the word of this desk. Read when something of the desk's moves, and now and then besides. */
import { computed, shallowRef } from 'vue';
import { query, request } from '@shared/api';
import type { Incident, Instant } from '@shared/wire';
import { onPicture, onWorklist } from './connection';

export const kinds = ['extension', 'suspension', 'return', 'appeal', 'call_refused'] as const;
export type Kind = (typeof kinds)[number];

export interface Approval {
  readonly kind: Kind;
  readonly unit: string;
  readonly name: string;
  readonly reason: string;
  readonly at: Instant;
  readonly due: Instant | null;
  readonly desk: string;
  readonly rung: string;
  readonly rungs: number;
  readonly until: Instant | null;
  readonly code: string;
  readonly clause: string;
  readonly grounds: readonly string[] | null;
  readonly incident: Incident;
}
export interface Inbox {
  readonly items: readonly Approval[];
  readonly desk: string;
  readonly position: number;
  readonly at: Instant;
}

export const below = shallowRef(false);
export const inbox = shallowRef<Inbox | null>(null);
export const inboxFailure = shallowRef<Error | null>(null);
/** How many wait: none is known before the first answer. */
export const waitingCount = computed(() => inbox.value?.items.length ?? 0);
export const idOf = (a: Approval): string => `${a.incident.id}/${a.kind}`;

let asked: AbortController | null = null;
export async function readInbox(minPosition?: number): Promise<void> {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  try {
    inbox.value = await request<Inbox>('GET', `/approvals${query({ below: below.value || null, min_position: minPosition })}`, { signal: mine.signal });
    inboxFailure.value = null;
  } catch (error) {
    if (mine.signal.aborted) return;
    inboxFailure.value = error instanceof Error ? error : new Error(String(error));
  }
}

let timer: ReturnType<typeof setInterval> | null = null;
let soon: ReturnType<typeof setTimeout> | null = null;
const stops: (() => void)[] = [];
function moved(): void {
  soon ??= setTimeout(() => {
    soon = null;
    void readInbox();
  }, 3_000);
}

/** Keeps the inbox fresh while somebody is logged in who has one. */
export function openInbox(): void {
  closeInbox();
  void readInbox();
  timer = setInterval(() => void readInbox(), 60_000);
  stops.push(onWorklist(moved), onPicture((_b, before) => { if (before.epoch !== null) moved(); }));
}
export function closeInbox(): void {
  asked?.abort();
  if (timer !== null) clearInterval(timer);
  if (soon !== null) clearTimeout(soon);
  timer = null;
  soon = null;
  for (const stop of stops.splice(0)) stop();
  inbox.value = null;
  inboxFailure.value = null;
  below.value = false;
}
