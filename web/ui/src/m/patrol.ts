/** Which positions of a patrol are worth keeping, and how they are sent: nothing here happens off duty. */
import { metres } from './tasks';

export interface TrackFix {
  readonly at: number;
  readonly lng: number;
  readonly lat: number;
  readonly accuracy: number;
}

const everySecs = 60;
const everyMetres = 20;
const worst = 200;
export const batchSize = 100;

/** Whether a position says something that the last kept one did not: a move, or that a minute has passed. */
export function worthKeeping(last: TrackFix | null, next: TrackFix): boolean {
  if (next.accuracy > worst || (last !== null && next.at <= last.at)) return false;
  if (last === null || next.at - last.at >= everySecs * 1_000) return true;
  return metres(last, next) >= Math.max(everyMetres, next.accuracy / 2);
}

/** The oldest fixes that go together. */
export function batch(fixes: readonly TrackFix[]): readonly TrackFix[] {
  return [...fixes].sort((a, b) => a.at - b.at).slice(0, batchSize);
}

export function bodyOf(fixes: readonly TrackFix[]): { readonly fixes: readonly Readonly<Record<string, unknown>>[] } {
  return {
    fixes: fixes.map((f) => ({ lng: f.lng, lat: f.lat, crs: 'wgs84', at: new Date(f.at).toISOString(), accuracy_m: Math.round(f.accuracy) })),
  };
}

/** The fixes that a refusal points at; all of them if it points at none. */
export function refusedFixes(fixes: readonly TrackFix[], pointers: readonly string[]): readonly TrackFix[] {
  const named = new Set(pointers.map((p) => /^\/fixes\/(\d+)/.exec(p)?.[1]).filter((n) => n !== undefined));
  const bad = fixes.filter((_, i) => named.has(String(i)));
  return bad.length > 0 ? bad : fixes;
}
