/** Today's tasks of an inspector: which they are, how far away, and in which order. */
import { byUrgency } from '@shared/timeleft';
import type { Incident } from '@shared/wire';

export interface Here {
  readonly lng: number;
  readonly lat: number;
  /** Radius in metres within which the phone believes itself to be. */
  readonly accuracy: number;
}

export type TaskKind = 'verify' | 'check' | 'handle';

/** What an incident asks of the people of its community; null: nothing. */
export function taskKind(i: Pick<Incident, 'status' | 'stage'>): TaskKind | null {
  if (i.status !== 'open') return null;
  switch (i.stage) {
    case 'verifying':
      return 'verify';
    case 'checking':
      return 'check';
    case 'handling':
      return 'handle';
    default:
      return null;
  }
}

const earth = 6_371_008.8;

/** Metres between two points along the earth, by the haversine. */
export function metres(a: { readonly lng: number; readonly lat: number }, b: { readonly lng: number; readonly lat: number }): number {
  const r = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * r) / 2) ** 2 +
    Math.cos(a.lat * r) * Math.cos(b.lat * r) * Math.sin(((b.lng - a.lng) * r) / 2) ** 2;
  return 2 * earth * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** How far an incident is from here; null when either place is not known. */
export function away(i: Pick<Incident, 'location'>, here: Here | null): number | null {
  const { lng, lat } = i.location;
  return here === null || lng === null || lat === null ? null : metres(here, { lng, lat });
}

/** 80米, 1.2公里: as exact as a walk needs it. */
export function roundedMetres(m: number): { readonly n: string; readonly unit: 'm' | 'km' } {
  if (m < 100) return { n: String(Math.max(5, Math.round(m / 5) * 5)), unit: 'm' };
  if (m < 950) return { n: String(Math.round(m / 10) * 10), unit: 'm' };
  return { n: m < 9_950 ? (m / 1000).toFixed(1) : String(Math.round(m / 1000)), unit: 'km' };
}

export type Order = 'time' | 'distance';

/** What breaks first comes first, or what is nearest; ties by the other. Unplaced ones come last by distance. */
export function sorted(tasks: readonly Incident[], order: Order, here: Here | null): readonly Incident[] {
  const far = new Map(tasks.map((t) => [t.id, away(t, here) ?? Number.MAX_SAFE_INTEGER]));
  const byDistance = (a: Incident, b: Incident): number => (far.get(a.id) ?? 0) - (far.get(b.id) ?? 0);
  return [...tasks].sort((a, b) =>
    order === 'time' ? byUrgency(a, b) || byDistance(a, b) : byDistance(a, b) || byUrgency(a, b),
  );
}

/** A box of `m` metres around a point, as the API's `bbox`. */
export function around(p: { readonly lng: number; readonly lat: number }, m: number): string {
  const dLat = (m / earth) * (180 / Math.PI);
  const dLng = dLat / Math.cos((p.lat * Math.PI) / 180);
  return [p.lng - dLng, p.lat - dLat, p.lng + dLng, p.lat + dLat].map((x) => x.toFixed(6)).join(',');
}

const near = 50;
const lately = 24 * 3_600_000;

/** Possible duplicates: the same matter within 50 m and 24 h (domain.md §3), nearest first. They are only offered. */
export function duplicates(found: readonly Incident[], at: { readonly lng: number; readonly lat: number }, now: number | null): readonly Incident[] {
  const here: Here = { ...at, accuracy: 0 };
  return found
    .filter((i) => (away(i, here) ?? near + 1) <= near && (now === null || now - Date.parse(i.reported_at) <= lately))
    .sort((a, b) => (away(a, here) ?? 0) - (away(b, here) ?? 0));
}
