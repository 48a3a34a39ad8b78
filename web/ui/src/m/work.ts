/** Today's tasks, live while there is a network, and as last heard when there is none. */
import { shallowRef } from 'vue';
import { api } from '@shared/api';
import { hear, ledgerTime, type Reading } from '@shared/clock';
import { browserDeps, openLive, type Live, type LiveState, type Watch } from '@shared/live';
import { trust, type Incident, type User } from '@shared/wire';
import { store } from './store';
import { taskKind } from './tasks';

export const tasks = shallowRef<readonly Incident[] | null>(null);
/** Device time at which the tasks were last known to be right; null: never. */
export const asOf = shallowRef<number | null>(null);
export const trouble = shallowRef('');
export const link = shallowRef<LiveState | null>(null);
/** The ledger's clock, a second fine. */
export const now = shallowRef<number | null>(null);

let reading: Reading | null = null;
let live: Live | null = null;
let watched: Watch | null = null;
let saving: ReturnType<typeof setTimeout> | null = null;

interface KeptTasks {
  readonly unit: string;
  readonly at: number;
  readonly ledger: number | null;
  readonly items: readonly Incident[];
}

setInterval(() => (now.value = ledgerTime(reading, performance.now())), 1_000);

function hearAt(at: string | null, speed: number): void {
  const ms = at === null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(ms)) return;
  reading = hear(reading, ms, speed, performance.now());
  now.value = ledgerTime(reading, performance.now());
}

/** What the live worklist leaves out of an incident is empty here until its page asks for it. */
export function whole(i: Partial<Incident> & Pick<Incident, 'id'>): Incident {
  return trust<Incident>({ grid: null, criterion: null, photos: [], flags: [], transfers: 0, returns: 0, reworks: 0, extensions: 0, ...i });
}

function take(items: readonly Incident[], unit: string): void {
  tasks.value = items.map(whole).filter((i) => taskKind(i) !== null);
  asOf.value = Date.now();
  trouble.value = '';
  saving ??= setTimeout(() => {
    saving = null;
    const kept: KeptTasks = { unit, at: Date.now(), ledger: now.value, items: tasks.value ?? [] };
    void store.keep('tasks', kept);
  }, 1_500);
}

async function recall(unit: string): Promise<void> {
  const kept = await store.kept('tasks');
  if (kept === undefined || tasks.value !== null) return;
  const { unit: whose, at, ledger, items } = trust<KeptTasks>(kept);
  if (whose !== unit) return;
  tasks.value = items;
  asOf.value = at;
  // Without a server the clock goes on at the pace of this phone.
  if (reading === null && ledger !== null) reading = { at: ledger + (Date.now() - at), heard: performance.now(), speed: 1 };
  now.value = ledgerTime(reading, performance.now());
}

/** The first answer is quicker than a socket, and a network that lets no socket through still has it. */
export async function refresh(u: User): Promise<void> {
  const area = /^\d{12}$/.test(u.unit) ? { community: u.unit } : { holder: u.unit };
  try {
    const pages = await Promise.all(
      ['verifying', 'checking', 'handling'].map((stage) =>
        api.incidents({ ...area, ...(stage === 'handling' ? { holder: u.unit } : {}), status: 'open', stage, sort: 'due', limit: 200 }),
      ),
    );
    if (link.value?.liveness !== 'live') {
      hearAt(trust<{ at?: string }>(pages[0] ?? {}).at ?? null, link.value?.speed ?? 1);
      take(pages.flatMap((p) => p.items), u.unit);
    }
  } catch (error) {
    trouble.value = error instanceof Error ? error.name : 'error';
  }
}

export function connect(u: User): void {
  disconnect();
  void recall(u.unit);
  void refresh(u);
  live = openLive(browserDeps(api.liveTicket));
  link.value = live.state();
  live.subscribe((s) => {
    link.value = s;
    hearAt(s.at, s.speed);
  });
  watched = live.watch({ view: 'worklist' }, (board) => take([...board.items.values()], u.unit));
}

export function disconnect(): void {
  watched?.stop();
  live?.close();
  live = null;
  watched = null;
  link.value = null;
  tasks.value = null;
  asOf.value = null;
  reading = null;
  now.value = null;
}

addEventListener('online', () => live?.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') live?.nudge();
});

/** An incident as a page opened it, so that it can be read again without a network. */
export async function keepIncident(i: Incident): Promise<void> {
  await store.keep(`incident/${i.id}`, i);
}
export async function keptIncident(id: string): Promise<Incident | null> {
  const kept = await store.kept(`incident/${id}`);
  return kept === undefined ? (tasks.value?.find((t) => t.id === id) ?? null) : trust<Incident>(kept);
}
