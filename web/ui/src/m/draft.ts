/** A report being written. It is kept at every change, so that a kill loses nothing. */
import type { MatterKey, Severity } from '@shared/wire';
import type { Job } from './outbox';
import { holdFor } from './outbox';

export interface Spot {
  readonly lng: number;
  readonly lat: number;
  readonly accuracy: number;
  /** Set by hand on a map, not by the phone. */
  readonly pinned: boolean;
}

export interface Draft {
  readonly id: string;
  readonly startedAt: number;
  readonly photos: readonly string[];
  /** Photos of the place put right, where it was settled on the spot. A draft of an older page has none. */
  readonly after?: readonly string[];
  readonly matter: (MatterKey & { readonly name: string }) | null;
  readonly criterion: string;
  readonly description: string;
  readonly severity: Severity;
  readonly spot: Spot | null;
  readonly address: string;
  readonly onTheSpot: boolean;
  /** Found on a campaign's round. */
  readonly visit?: { readonly campaign: string; readonly grid: string };
}

export function emptyDraft(id: string, now: number): Draft {
  return {
    id, startedAt: now, photos: [], after: [], matter: null, criterion: '', description: '', severity: 'normal', spot: null, address: '',
    onTheSpot: false,
  };
}

/** A draft worth keeping: something was said in it. */
export function begun(d: Draft): boolean {
  return picturesOf(d).length > 0 || d.matter !== null || d.description.trim() !== '';
}

/** Every picture of a draft. */
export function picturesOf(d: Draft): readonly string[] {
  return [...d.photos, ...(d.after ?? [])];
}

export type Lack = 'before' | 'after' | 'matter' | 'place';

/** What a report still lacks, in the order of the page. What was settled on the spot is proven by a pair. */
export function lacking(d: Draft): readonly Lack[] {
  const list: Lack[] = [];
  if (d.onTheSpot && d.photos.length === 0) list.push('before');
  if (d.onTheSpot && (d.after ?? []).length === 0) list.push('after');
  if (d.matter === null) list.push('matter');
  if (d.spot === null) list.push('place');
  return list;
}

/** The body of `POST /incidents`. Photos are added when the server has them. */
export function reportBody(d: Draft, source: string, capturedAt: string): Readonly<Record<string, unknown>> {
  if (d.matter === null || d.spot === null) throw new Error('draft: a report needs a matter and a place');
  const { scheme, kind, code, name } = d.matter;
  return {
    source,
    matter: { scheme, kind, code },
    ...(d.criterion === '' ? {} : { criterion: d.criterion }),
    description: d.description.trim() || name,
    severity: d.severity,
    location: {
      lng: d.spot.lng, lat: d.spot.lat, crs: 'wgs84',
      ...(d.spot.pinned ? { pinned: true } : { accuracy_m: Math.round(d.spot.accuracy) }),
      ...(d.address.trim() === '' ? {} : { address: d.address.trim() }),
    },
    captured_at: capturedAt,
    ...(d.onTheSpot ? { handled_on_the_spot: true } : {}),
  };
}

export function reportJob(d: Draft, key: string, by: string, source: string, now: number): Job {
  const after = d.onTheSpot ? (d.after ?? []) : [];
  return {
    key, by, kind: 'report', title: d.matter?.name ?? '', createdAt: now, holdUntil: now + holdFor,
    body: { ...reportBody(d, source, new Date(d.startedAt).toISOString()) }, target: null,
    photos: [...d.photos.map((local) => ({ local, remote: null })), ...after.map((local) => ({ local, remote: null, after: true }))],
    photosFirst: d.onTheSpot, state: 'held', textDone: false, attached: false, incident: '', number: '', attempts: 0, nextAt: 0, problem: '',
    ...(d.visit === undefined ? {} : { visit: d.visit }),
  };
}

/** Nothing was found in a grid of a campaign, or what was found needs no report. */
export function visitJob(
  visit: { readonly campaign: string; readonly grid: string }, title: string, note: string, photos: readonly string[], key: string, by: string,
  now: number,
): Job {
  return {
    key, by, kind: 'visit', title, createdAt: now, holdUntil: 0, body: note.trim() === '' ? {} : { note: note.trim() }, target: null, visit,
    photos: photos.map((local) => ({ local, remote: null })), photosFirst: true,
    state: 'waiting', textDone: false, attached: false, incident: '', number: '', attempts: 0, nextAt: 0, problem: '',
  };
}

/** A command on an incident, with its pictures: it takes effect at once or when there is a network. */
export function commandJob(
  target: { readonly id: string; readonly number: string; readonly command: string }, title: string,
  body: Readonly<Record<string, unknown>>, photos: readonly string[], key: string, by: string, now: number,
): Job {
  return {
    key, by, kind: 'command', title, createdAt: now, holdUntil: 0, body, target,
    photos: photos.map((local) => ({ local, remote: null })), photosFirst: true,
    state: 'waiting', textDone: false, attached: false, incident: target.id, number: target.number, attempts: 0, nextAt: 0, problem: '',
  };
}
