/** Incidents that a ticket may be about: open, near, the same matter first. */
import type { Incident, MatterKey } from '@shared/wire';
import { metresApart } from '../../distance';

/** How far, in metres, one looks around a ticket's place. */
export const within = 300;

export interface Near {
  readonly incident: Incident;
  /** Null: one of both has no coordinates. */
  readonly meters: number | null;
  /** Of the ticket's matter. */
  readonly same: boolean;
}

interface Spot {
  readonly lng: number;
  readonly lat: number;
}

/** The box around a place that holds everything within so many metres: west,south,east,north. */
export function boxAround(p: Spot, meters: number): string {
  const north = meters / 111_195; // metres of a degree of latitude
  const east = north / Math.cos((p.lat * Math.PI) / 180);
  return [p.lng - east, p.lat - north, p.lng + east, p.lat + north].map((x) => x.toFixed(6)).join(',');
}

/** Those within so many metres, the same matter first, then the nearest. */
export function nearFirst(all: readonly Incident[], at: Spot, matter: MatterKey | null, meters: number): readonly Near[] {
  return all
    .map((incident) => ({
      incident, meters: metresApart(at, incident.location),
      same: matter !== null && incident.matter?.code === matter.code && incident.matter.scheme === matter.scheme && incident.matter.kind === matter.kind,
    }))
    .filter((n) => n.meters !== null && n.meters <= meters)
    .sort((a, b) => Number(b.same) - Number(a.same) || (a.meters ?? 0) - (b.meters ?? 0));
}
