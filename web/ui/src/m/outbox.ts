/**
 * The outbox as a pure state machine: what a job on this phone has come to, and what
 * is to be done for it next. Nothing leaves it but by the user's word or by an answer
 * of the server; every request carries a key made with the job, so that asking again
 * after a lost answer does nothing twice.
 *
 * A report goes as text first, so that the district knows within a second, and its
 * photos follow. A command that its photos prove, and a report settled on the spot,
 * wait for them.
 */

export interface JobPhoto {
  /** Where the picture lies on this phone. */
  readonly local: string;
  /** What the server calls it, once it has it. */
  readonly remote: string | null;
  /** It shows the place after it was put right. */
  readonly after?: boolean;
}

export type JobState =
  /** may still be taken back */
  | 'held'
  /** to be sent as soon as there is a network */
  | 'waiting'
  /** a request is on its way */
  | 'sending'
  | 'sent'
  /** the server said no; the user decides */
  | 'refused';

export interface Job {
  readonly key: string;
  /** The account that it is sent for, and no other. */
  readonly by: string;
  /** A visit answers for one grid of a campaign. */
  readonly kind: 'report' | 'command' | 'visit';
  /** What the list shows. */
  readonly title: string;
  readonly createdAt: number;
  readonly holdUntil: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** A command's incident; null for a report. */
  readonly target: { readonly id: string; readonly number: string; readonly command: string } | null;
  readonly photos: readonly JobPhoto[];
  readonly photosFirst: boolean;
  readonly state: JobState;
  readonly textDone: boolean;
  readonly attached: boolean;
  /** The campaign's grid that this answers for: a visit by itself, a report once it has its number. */
  readonly visit?: { readonly campaign: string; readonly grid: string };
  readonly visited?: boolean;
  /** What the server made of it. */
  readonly incident: string;
  readonly number: string;
  readonly attempts: number;
  readonly nextAt: number;
  readonly problem: string;
}

export type Step =
  | { readonly kind: 'text' }
  | { readonly kind: 'photo'; readonly index: number }
  | { readonly kind: 'attach' }
  | { readonly kind: 'visit' };

export type News =
  | { readonly kind: 'send-now' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'text-done'; readonly incident: string; readonly number: string }
  | { readonly kind: 'photo-done'; readonly index: number; readonly remote: string }
  | { readonly kind: 'attached' }
  | { readonly kind: 'visited' }
  /** No answer, or one that says "later". */
  | { readonly kind: 'failed'; readonly now: number; readonly random: number; readonly problem: string }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'retry' }
  /** The page was started again while a request was on its way: its outcome is not known, so it is asked again. */
  | { readonly kind: 'recovered' };

const firstWait = 2_000;
const longestWait = 120_000;
export const holdFor = 10_000;

/** How long to wait before attempt `n` (from 1): doubling, capped, half of it by chance. */
export function wait(n: number, random: number): number {
  const full = Math.min(longestWait, firstWait * 2 ** Math.min(n - 1, 10));
  return full / 2 + (full / 2) * random;
}

/** What is to be done next for a job; null: nothing is left. */
export function nextStep(job: Job): Step | null {
  const missing = job.photos.findIndex((p) => p.remote === null);
  const last: Step | null = job.kind === 'report' && job.visit !== undefined && job.visited !== true ? { kind: 'visit' } : null;
  if (job.photosFirst) {
    if (missing >= 0 && !job.textDone) return { kind: 'photo', index: missing };
    return job.textDone ? last : { kind: 'text' };
  }
  if (!job.textDone) return { kind: 'text' };
  if (missing >= 0) return { kind: 'photo', index: missing };
  return job.photos.length > 0 && !job.attached ? { kind: 'attach' } : last;
}

function unreachable(x: never): never {
  throw new Error(`outbox: unhandled news ${JSON.stringify(x)}`);
}

/** Returns the job after news of it. News that a finished job cannot have are ignored. */
export function step(job: Job, news: News): Job {
  if (job.state === 'sent') return job;
  const moved = (changes: Partial<Job>): Job => {
    const next: Job = { ...job, ...changes, attempts: 0, nextAt: 0, problem: '' };
    return nextStep(next) === null ? { ...next, state: 'sent' } : { ...next, state: 'waiting' };
  };
  switch (news.kind) {
    case 'send-now':
      return job.state === 'held' ? { ...job, state: 'waiting', holdUntil: 0 } : job;
    case 'begin':
      return job.state === 'refused' ? job : { ...job, state: 'sending' };
    case 'text-done':
      return moved({ textDone: true, incident: news.incident, number: news.number });
    case 'photo-done':
      return moved({ photos: job.photos.map((p, i) => (i === news.index ? { ...p, remote: news.remote } : p)) });
    case 'attached':
      return moved({ attached: true });
    case 'visited':
      return moved({ visited: true });
    case 'failed': {
      const attempts = job.attempts + 1;
      return { ...job, state: 'waiting', attempts, nextAt: news.now + wait(attempts, news.random), problem: news.problem };
    }
    case 'refused':
      return { ...job, state: 'refused', problem: news.problem };
    case 'retry':
      return job.state === 'held' || job.state === 'sending' ? job : { ...job, state: 'waiting', attempts: 0, nextAt: 0, problem: '' };
    case 'recovered':
      return job.state === 'sending' ? { ...job, state: 'waiting', nextAt: 0 } : job;
    default:
      return unreachable(news);
  }
}

/** When a job is next to be worked on; null: not by itself. */
export function readyAt(job: Job): number | null {
  switch (job.state) {
    case 'held':
      return job.holdUntil;
    case 'waiting':
      return job.nextAt;
    case 'sending':
    case 'sent':
    case 'refused':
      return null;
    default:
      return unreachable(job.state);
  }
}

/**
 * The job to work on at `now`: words before pictures, then the oldest. A job that
 * waits out a failure does not hold up the others.
 */
export function due(jobs: readonly Job[], by: string, now: number): Job | null {
  const text = (j: Job): number => (nextStep(j)?.kind === 'text' ? 0 : 1);
  const ready = jobs.filter((j) => {
    const at = readyAt(j);
    return j.by === by && at !== null && at <= now;
  });
  ready.sort((a, b) => text(a) - text(b) || a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1));
  return ready[0] ?? null;
}

/** When something will be ready, if nothing is now; null: nothing by itself. */
export function nextDue(jobs: readonly Job[], by: string): number | null {
  const times = jobs.filter((j) => j.by === by).map(readyAt).filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** Steps done and steps in all: the text, each photo, and joining them to the incident. */
export function progress(job: Job): { readonly done: number; readonly total: number } {
  const joins = !job.photosFirst && job.photos.length > 0 ? 1 : 0;
  return {
    done: (job.textDone ? 1 : 0) + job.photos.filter((p) => p.remote !== null).length + (joins > 0 && job.attached ? 1 : 0),
    total: 1 + job.photos.length + joins,
  };
}

/** Jobs that the server does not wholly have yet. */
export function pending(jobs: readonly Job[]): readonly Job[] {
  return jobs.filter((j) => j.state !== 'sent');
}

/** Whether an answer with this status may turn out otherwise when asked again later. */
export function comesLater(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
