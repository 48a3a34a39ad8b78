/** What this phone remembers: jobs to be sent, pictures, drafts, and copies of what it was told. */
import Dexie, { type EntityTable } from 'dexie';
import type { Job } from './outbox';
import type { Draft } from './draft';
import type { TrackFix } from './patrol';

export interface StoredPhoto {
  readonly id: string;
  readonly blob: Blob;
}

interface Kept {
  readonly name: string;
  readonly value: unknown;
}

const db = new Dexie('gridcommand-m') as Dexie & {
  jobs: EntityTable<Job, 'key'>;
  photos: EntityTable<StoredPhoto, 'id'>;
  drafts: EntityTable<Draft, 'id'>;
  kept: EntityTable<Kept, 'name'>;
  fixes: EntityTable<TrackFix, 'at'>;
};
db.version(1).stores({ jobs: 'key', photos: 'id', drafts: 'id', kept: 'name' });
db.version(2).stores({ fixes: 'at' });

export const store = {
  jobs: (): Promise<readonly Job[]> => db.jobs.toArray(),
  putJob: (job: Job): Promise<unknown> => db.jobs.put(job),
  /** Forgets a job and the pictures that nothing else needs. */
  dropJob: (job: Job): Promise<void> =>
    db.transaction('rw', db.jobs, db.photos, async () => {
      await db.jobs.delete(job.key);
      await db.photos.bulkDelete(job.photos.map((p) => p.local));
    }),
  /** A draft becomes a job in one step: a kill between leaves one of the two. */
  queue: (job: Job, draft: string | null): Promise<void> =>
    db.transaction('rw', db.jobs, db.drafts, async () => {
      await db.jobs.put(job);
      if (draft !== null) await db.drafts.delete(draft);
    }),
  /** A job taken back becomes a draft again. */
  takeBack: (job: Job, draft: Draft): Promise<void> =>
    db.transaction('rw', db.jobs, db.drafts, async () => {
      await db.drafts.put(draft);
      await db.jobs.delete(job.key);
    }),

  photo: async (id: string): Promise<Blob | null> => (await db.photos.get(id))?.blob ?? null,
  putPhoto: (photo: StoredPhoto): Promise<unknown> => db.photos.put(photo),
  dropPhotos: (ids: readonly string[]): Promise<unknown> => db.photos.bulkDelete([...ids]),

  drafts: (): Promise<readonly Draft[]> => db.drafts.toArray(),
  putDraft: (draft: Draft): Promise<unknown> => db.drafts.put(draft),
  dropDraft: (draft: Draft): Promise<void> =>
    db.transaction('rw', db.drafts, db.photos, async () => {
      await db.drafts.delete(draft.id);
      await db.photos.bulkDelete([...draft.photos, ...(draft.after ?? [])]);
    }),

  kept: async (name: string): Promise<unknown> => (await db.kept.get(name))?.value,
  keep: (name: string, value: unknown): Promise<unknown> => db.kept.put({ name, value }),
  fixes: (): Promise<readonly TrackFix[]> => db.fixes.toArray(),
  putFix: (fix: TrackFix): Promise<unknown> => db.fixes.put(fix),
  dropFixes: (at: readonly number[]): Promise<unknown> => db.fixes.bulkDelete([...at]),

  /** At log-out: nothing of what was told stays; what is still to be sent does. */
  forgetKept: (): Promise<void> => db.kept.clear(),
};
