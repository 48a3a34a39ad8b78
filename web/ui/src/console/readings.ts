/** What the server explains beyond the incident itself: why it is theirs, why it is due then, what is like it. */
import { request } from '@shared/api';
import { clockNames, readDue, type Candidate, type ClockName, type DueExplained, type Incident, type Instant, type Party } from '@shared/wire';

const id = encodeURIComponent;
const read = <T>(path: string, signal?: AbortSignal): Promise<T> => request<T>('GET', path, signal === undefined ? {} : { signal });

/** How often two units have passed one matter between them this year. */
export interface Exchanges {
  readonly a: string;
  readonly b: string;
  /** scheme/kind/code */
  readonly matter: string;
  readonly year: number;
  readonly a_to_b: number;
  readonly b_to_a: number;
  readonly count: number;
}

/** A line of the responsibility list, as it stood at a decision. */
export interface DutyRow {
  readonly number: number;
  readonly matter: string;
  readonly unit: string;
  readonly regulator: string;
  readonly enforcer: string;
  readonly maintainer_or_owner: string;
  readonly list: string;
}

/** One choice of a unit, and what it stands on. */
export interface Decision extends Party {
  readonly at: Instant;
  readonly position: number;
  readonly type: string;
  readonly policy_version: string;
  readonly reason: string;
  readonly row: DutyRow | null;
  readonly ruling: { readonly number: string; readonly authority: string; readonly unit: string; readonly effective: Instant | null; readonly expires: Instant | null } | null;
}

/** Why an incident is where it is: the last choice with those before it, and who could have it now. */
export interface RoutingRead extends Decision {
  readonly earlier: readonly Decision[];
  readonly candidates: readonly Candidate[];
  readonly desk: string;
  readonly exchanges: Exchanges | null;
}
export const routingOf = (of: string, signal?: AbortSignal): Promise<RoutingRead> => read(`/incidents/${id(of)}/routing`, signal);

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
export interface Similar extends Incident {
  readonly meters: number;
}
const similar = async (path: string, signal?: AbortSignal): Promise<readonly Similar[]> => (await read<{ readonly items: readonly Similar[] }>(path, signal)).items;
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
