/** The incident that is open: its file and timeline, read from the stream and read again when it changes. */
import { shallowRef } from 'vue';
import { api } from '@shared/api';
import type { Incident, TimelineEntry } from '@shared/wire';
import { onPicture, onWorklist } from './connection';
import { deadlinesOf, type DeadlinesRead } from './readings';
import { replace } from './rows';

export interface Opened {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  /** The clocks that run, explained; empty where the server would not say. */
  readonly deadlines?: DeadlinesRead;
}

export const open = shallowRef<Opened | null>(null);
export const opening = shallowRef<string | null>(null);
export const openFailure = shallowRef<Error | null>(null);

let asked: AbortController | null = null;
let again: ReturnType<typeof setTimeout> | null = null;

/** Reads an incident. What was open stays until the other is there, unless it is another one. */
export async function show(id: string): Promise<void> {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  openFailure.value = null;
  if (open.value?.incident.id !== id) opening.value = id;
  try {
    const [incident, timeline, deadlines] = await Promise.all([
      api.incident(id, mine.signal), api.timeline(id, mine.signal), deadlinesOf(id, mine.signal).catch((): DeadlinesRead => new Map()),
    ]);
    open.value = { incident, timeline, deadlines };
    opening.value = null;
    replace(incident);
  } catch (error) {
    if (mine.signal.aborted) return;
    opening.value = null;
    openFailure.value = error instanceof Error ? error : new Error(String(error));
  }
}

export function hide(): void {
  asked?.abort();
  open.value = null;
  opening.value = null;
  openFailure.value = null;
}

/** Takes the incident of a command's answer at once, and reads the timeline after it. */
export function took(incident: Incident): void {
  replace(incident);
  if (open.value?.incident.id === incident.id) {
    open.value = { ...open.value, incident };
    void show(incident.id);
  }
}

function touched(ids: readonly string[]): void {
  const id = open.value?.incident.id;
  if (id === undefined || !ids.includes(id) || again !== null) return;
  again = setTimeout(() => {
    again = null;
    if (open.value?.incident.id === id) void show(id);
  }, 300);
}
onPicture((_b, _a, what) => touched([...what.put, ...what.gone]));
onWorklist((_b, _a, what) => touched([...what.put, ...what.gone]));
