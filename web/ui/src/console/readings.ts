/** What the server explains beyond the incident itself: why it is theirs, why it is due then, what is like it. */
import { request, query } from '@shared/api';
import { clockNames, readDue, trust, type Candidate, type ClockName, type DueExplained, type Incident, type Instant } from '@shared/wire';

const id = encodeURIComponent;
const read = <T>(path: string, signal?: AbortSignal): Promise<T> => request<T>('GET', path, signal === undefined ? {} : { signal });

/** How often two units have passed one matter between them this year. */
export interface Exchanges {
  readonly a: string;
  readonly b: string;
  readonly matter: string;
  readonly year: number;
  readonly count: number;
}

/** Why an incident is where it is: the row or ruling, and who else could have it. */
export interface RoutingRead {
  readonly policy_version?: string;
  readonly reason?: string;
  readonly row?: string | number | null;
  readonly ruling?: { readonly number: string; readonly authority?: string } | null;
  readonly candidates?: readonly Candidate[] | null;
  readonly exchanges?: Exchanges | null;
  readonly [more: string]: unknown;
}
export const routingOf = (of: string, unit = '', signal?: AbortSignal): Promise<RoutingRead> =>
  read(`/incidents/${id(of)}/routing${query({ unit })}`, signal);

/** The clocks of an incident as they stand, each explained; one that does not run is not there. */
export type DeadlinesRead = ReadonlyMap<ClockName, DueExplained>;
export async function deadlinesOf(of: string, signal?: AbortSignal): Promise<DeadlinesRead> {
  const answer = await read<Readonly<Record<string, unknown>>>(`/incidents/${id(of)}/deadlines`, signal);
  return new Map(clockNames.flatMap((c) => {
    const found = readDue(c, answer[c]);
    return found === null ? [] : [[c, found] as const];
  }));
}

/** An incident offered as the same, or as the same again. */
export interface Similar {
  readonly incident: Incident;
  readonly metres: number | null;
  readonly at: Instant | null;
}
/** Reads similar incidents whether they come bare or with their distance beside them. */
export function readSimilar(items: readonly unknown[]): readonly Similar[] {
  return items
    .filter((x): x is Record<string, unknown> => typeof x === 'object' && x !== null)
    .map((x) => {
      const incident = trust<Incident>(typeof x['incident'] === 'object' && x['incident'] !== null ? x['incident'] : x);
      const metres = x['distance_m'] ?? x['meters'] ?? x['metres'] ?? x['distance'];
      return { incident, metres: typeof metres === 'number' ? metres : null, at: incident.closed_at ?? incident.reported_at };
    });
}
const similar = async (path: string, signal?: AbortSignal): Promise<readonly Similar[]> =>
  readSimilar((await read<{ readonly items: readonly unknown[] }>(path, signal)).items);
export const duplicatesOf = (of: string, signal?: AbortSignal) => similar(`/incidents/${id(of)}/duplicates`, signal);
export const recurrencesOf = (of: string, signal?: AbortSignal) => similar(`/incidents/${id(of)}/recurrences`, signal);

/** The numbers of the rules in force, those that a form speaks of. */
export interface PolicyRead {
  readonly version: string;
  readonly return_review?: 'off' | 'desk' | 'duty_leader';
  readonly max_extensions?: number;
  readonly difficult_after?: number;
}
export const policy = (signal?: AbortSignal): Promise<PolicyRead> => read('/policy', signal);
