/**
 * On duty or not. On duty the way is kept on this phone and sent when there is a
 * network, and every page says so; off duty nothing is watched, kept or sent. Going
 * off duty takes effect on the phone at once, whatever the network does.
 */
import { shallowRef, watch } from 'vue';
import { newKey, ProblemError, request } from '@shared/api';
import { batch, bodyOf, refusedFixes, worthKeeping, type TrackFix } from './patrol';
import { fix, keepWatching } from './position';
import { user } from './session';
import { store } from './store';
import { now } from './work';

export const onDuty = shallowRef(false);
/** Positions kept and not sent yet. */
export const waitingFixes = shallowRef(0);
/** Why the mark could not be set; empty: it was. */
export const dutyTrouble = shallowRef('');

let last: TrackFix | null = null;
/** When duty began, by the ledger: what was measured before it is no part of the patrol. */
let since = 0;
let release: (() => void) | null = null;
let timer: ReturnType<typeof setInterval> | null = null;
let flushing = false;

/** The mark as the server has it; without a network, as it was when the page was closed, if that was today. */
export async function recallDuty(name: string): Promise<void> {
  const kept = await store.kept('duty');
  const mine = typeof kept === 'object' && kept !== null && 'name' in kept && kept.name === name && 'day' in kept && kept.day === today();
  setLocally(mine);
  waitingFixes.value = (await store.fixes()).length;
  try {
    const days = await request<{ readonly items: readonly { readonly inspector: string; readonly on: boolean }[] }>('GET', '/patrols/duty');
    const on = days.items.some((d) => d.inspector === name && d.on);
    setLocally(on);
    await store.keep('duty', on ? { name, day: today() } : null);
  } catch {
    // What the phone remembers stands.
  }
  void flush();
}
const today = (): string => new Date().toDateString();

function setLocally(on: boolean): void {
  if (on === onDuty.value) return;
  onDuty.value = on;
  if (on) {
    release = keepWatching();
    timer = setInterval(() => void flush(), 60_000);
  } else {
    release?.();
    release = null;
    if (timer !== null) clearInterval(timer);
    timer = null;
    last = null;
  }
}

watch(fix, (f) => {
  if (!onDuty.value || f.kind !== 'found') return;
  // By the ledger's clock where it is known: a demonstration's runs faster than the phone's.
  const next: TrackFix = { at: Math.round(now.value ?? f.at), lng: f.here.lng, lat: f.here.lat, accuracy: f.here.accuracy };
  if (next.at <= since || !worthKeeping(last, next)) return;
  last = next;
  void store.putFix(next).then(async () => {
    waitingFixes.value = (await store.fixes()).length;
  });
});

async function mark(on: boolean): Promise<void> {
  const answer = await request<{ readonly since?: string | null }>('POST', '/patrols/duty', { body: { on }, key: newKey() });
  since = Date.parse(answer.since ?? '') || 0;
}

/** Sets the mark. On duty begins with the server's word; off duty begins now. */
export async function setDuty(on: boolean): Promise<void> {
  dutyTrouble.value = '';
  if (!on) {
    await flush();
    setLocally(false);
    await store.keep('duty', null);
  }
  try {
    await mark(on);
    if (on) {
      setLocally(true);
      await store.keep('duty', { name: user.value?.name ?? '', day: today() });
    }
  } catch (error) {
    dutyTrouble.value = error instanceof ProblemError ? error.problem.detail_zh || error.problem.detail : 'unreachable';
  }
}

/** Sends what is kept, oldest first, until the network or the server says no. */
export async function flush(): Promise<void> {
  if (flushing || user.value === null) return;
  flushing = true;
  try {
    for (;;) {
      const fixes = batch(await store.fixes());
      waitingFixes.value = fixes.length;
      const first = fixes[0];
      if (first === undefined) return;
      try {
        await request('POST', '/patrols/tracks', { body: bodyOf(fixes), key: `tracks/${first.at}/${fixes.length}` });
      } catch (error) {
        // What the server will not have is no patrol; all else waits for a network.
        if (!(error instanceof ProblemError) || error.status !== 422) return;
        if (error.code === 'off_duty') setLocally(false);
        await store.dropFixes(refusedFixes(fixes, error.problem.errors.map((e) => e.pointer)).map((f) => f.at));
        continue;
      }
      await store.dropFixes(fixes.map((f) => f.at));
    }
  } finally {
    flushing = false;
  }
}

addEventListener('online', () => void flush());
