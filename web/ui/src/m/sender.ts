/** Works off the outbox: one step of one job at a time, in one tab at a time, each saved before the next. */
import { shallowRef } from 'vue';
import { api, ProblemError, request } from '@shared/api';
import { comesLater, due, nextDue, nextStep, step, type Job, type News, type Step } from './outbox';
import { user } from './session';
import { store } from './store';

/** Every job on this phone, newest first. */
export const jobs = shallowRef<readonly Job[]>([]);
/** Whether the last request found the server; null: not tried yet. */
export const reachable = shallowRef<boolean | null>(null);

let timer: ReturnType<typeof setTimeout> | null = null;
let working = false;

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('gridcommand-m');

function show(list: readonly Job[]): void {
  jobs.value = [...list].sort((a, b) => b.createdAt - a.createdAt);
}

async function save(job: Job): Promise<void> {
  await store.putJob(job);
  show([...jobs.value.filter((j) => j.key !== job.key), job]);
  channel?.postMessage('changed');
}

/** News of a job, unless it was taken back meanwhile. */
async function tell(key: string, news: News): Promise<Job | null> {
  const before = jobs.value.find((j) => j.key === key);
  if (before === undefined) return null;
  const after = step(before, news);
  if (after !== before) await save(after);
  return after;
}

async function visit(job: Job, body: unknown, key: string): Promise<void> {
  const { campaign = '', grid = '' } = job.visit ?? {};
  await request('POST', `/campaigns/${encodeURIComponent(campaign)}/grids/${encodeURIComponent(grid)}/visit`, { body, key });
}

async function perform(job: Job, next: Step): Promise<News> {
  const sent = (after: boolean): readonly string[] =>
    job.photos.filter((p) => (p.after === true) === after).map((p) => p.remote).filter((id) => id !== null);
  const photos = sent(false);
  const after = sent(true);
  switch (next.kind) {
    case 'photo': {
      const local = job.photos[next.index]?.local ?? '';
      const blob = await store.photo(local);
      if (blob === null) return { kind: 'refused', problem: 'photo_lost' };
      const { id } = await api.addPhoto(blob, `${job.key}/photo/${next.index}`);
      return { kind: 'photo-done', index: next.index, remote: id };
    }
    case 'text': {
      const body = { ...job.body, ...(photos.length > 0 ? { photos } : {}), ...(after.length > 0 ? { photos_after: after } : {}) };
      if (job.kind === 'visit') {
        await visit(job, body, job.key);
        return { kind: 'text-done', incident: '', number: '' };
      }
      if (job.target === null) {
        const made = await api.report(body, job.key);
        return { kind: 'text-done', incident: made.id, number: made.number };
      }
      const done = await api.command(job.target.id, job.target.command, body, job.key);
      return { kind: 'text-done', incident: done.incident.id, number: done.incident.number };
    }
    case 'visit':
      await visit(job, { incidents: [job.incident] }, `${job.key}/visit`);
      return { kind: 'visited' };
    case 'attach':
      await api.command(job.incident, 'attach', { photos }, `${job.key}/attach`);
      return { kind: 'attached' };
  }
}

async function outcome(job: Job, next: Step): Promise<News> {
  try {
    const news = await perform(job, next);
    reachable.value = true;
    return news;
  } catch (error) {
    if (error instanceof ProblemError) {
      reachable.value = true;
      // A session that is over is no refusal: the job waits for its owner to log in again.
      if (error.status === 401) return { kind: 'failed', now: Date.now(), random: Math.random(), problem: 'login' };
      const why = error.problem.detail_zh || error.problem.detail || error.code || String(error.status);
      if (comesLater(error.status)) return { kind: 'failed', now: Date.now(), random: Math.random(), problem: why };
      return { kind: 'refused', problem: why };
    }
    reachable.value = false;
    return { kind: 'failed', now: Date.now(), random: Math.random(), problem: 'unreachable' };
  }
}

async function work(): Promise<void> {
  for (;;) {
    const me = user.value;
    if (me === null) return;
    const job = due(jobs.value, me.name, Date.now());
    if (job === null) return;
    const next = nextStep(job);
    if (next === null) return;
    const begun = await tell(job.key, { kind: 'begin' });
    if (begun === null) continue;
    const after = await tell(job.key, await outcome(begun, next));
    if (after?.state === 'sent') await store.dropPhotos(after.photos.map((p) => p.local));
  }
}

/** Two tabs of one phone take turns; what the other did is read again first. */
async function alone(run: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) {
    await navigator.locks.request('gridcommand-m-outbox', { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      show(await store.jobs());
      await run();
    });
  } else await run();
}

/** Looks whether something can be done now, and sets the clock for what comes later. */
export async function pump(): Promise<void> {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  if (!working) {
    working = true;
    try {
      await alone(work);
    } finally {
      working = false;
    }
  }
  const me = user.value;
  const at = me === null ? null : nextDue(jobs.value, me.name);
  if (at !== null) timer = setTimeout(() => void pump(), Math.min(60_000, Math.max(50, at - Date.now())));
}

export async function startSender(): Promise<void> {
  show(await store.jobs());
  await alone(async () => {
    for (const j of jobs.value) await tell(j.key, { kind: 'recovered' });
  });
  addEventListener('online', () => retryAll());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') retryAll();
  });
  channel?.addEventListener('message', () => void store.jobs().then(show));
  await pump();
}

/** A network is there, or the user says so: nobody waits out a backoff then. */
export function retryAll(): void {
  void (async () => {
    for (const j of jobs.value) if (j.state === 'waiting' && j.nextAt > 0) await tell(j.key, { kind: 'retry' });
    await pump();
  })();
}

export async function add(job: Job, draft: string | null = null): Promise<void> {
  await store.queue(job, draft);
  show([...jobs.value, job]);
  void pump();
}

export async function sendNow(job: Job): Promise<void> {
  await tell(job.key, { kind: 'send-now' });
  void pump();
}

export async function retry(job: Job): Promise<void> {
  await tell(job.key, { kind: 'retry' });
  void pump();
}

/** Forgets a job; the user was asked. */
export async function drop(job: Job): Promise<void> {
  show(jobs.value.filter((j) => j.key !== job.key));
  await store.dropJob(job);
}

/** A job that was taken back leaves the list without its pictures, which its draft has again. */
export function released(job: Job): void {
  show(jobs.value.filter((j) => j.key !== job.key));
}
