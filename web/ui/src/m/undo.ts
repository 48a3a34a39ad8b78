/** A report taken back before it was sent is a draft again, with everything that was in it. */
import type { Severity } from '@shared/wire';
import { severities } from '@shared/wire';
import type { Draft } from './draft';
import { emptyDraft } from './draft';
import type { Job } from './outbox';

const record = (x: unknown): Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && !Array.isArray(x) ? Object.fromEntries(Object.entries(x)) : {};
const text = (x: unknown): string => (typeof x === 'string' ? x : '');

export function asDraft(job: Job): Draft {
  const m = record(job.body['matter']);
  const l = record(job.body['location']);
  const severity: Severity = severities.find((s) => s === job.body['severity']) ?? 'normal';
  const description = text(job.body['description']);
  return {
    ...emptyDraft(job.key, job.createdAt),
    photos: job.photos.filter((p) => p.after !== true).map((p) => p.local),
    after: job.photos.filter((p) => p.after === true).map((p) => p.local),
    matter: { scheme: text(m['scheme']), kind: text(m['kind']), code: text(m['code']), name: job.title },
    criterion: text(job.body['criterion']),
    description: description === job.title ? '' : description,
    severity,
    spot: {
      lng: Number(l['lng']), lat: Number(l['lat']), accuracy: Number(l['accuracy_m'] ?? 0), pinned: l['pinned'] === true,
    },
    address: text(l['address']),
    onTheSpot: job.body['handled_on_the_spot'] === true,
    ...(job.visit === undefined ? {} : { visit: job.visit }),
  };
}
