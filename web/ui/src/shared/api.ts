/**
 * The HTTP side: reads, writes with an idempotency key each, and refusals as values
 * that a page can show. The session is the browser's HttpOnly cookie; nothing here
 * ever sees a token.
 */
import type { Feature, MultiPolygon, Polygon } from 'geojson';
import {
  readProblem, readTimelineEntry, trust,
  type Criterion, type Incident, type IncidentPage, type Located, type Matter, type PictureFeature, type Problem,
  type TimelineEntry, type Unit, type User,
} from './wire';

/** The server answered, and the answer is no. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail || problem.title || `HTTP ${problem.status}`);
    this.problem = problem;
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
}

/** Nobody answered: whether a write was done is not known, and its key says how to ask again. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A new idempotency key: one per intention of the user, kept for every retry of it. */
export function newKey(): string {
  // randomUUID exists only in secure contexts; a phone in the field may open the page by address.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly key?: string;
  readonly body?: unknown;
  readonly raw?: Blob;
}

let onUnauthorised: (() => void) | null = null;

/** Says what to do when the session is over. */
export function whenUnauthorised(run: () => void): void {
  onUnauthorised = run;
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  let body: BodyInit | null = null;
  if (options.raw !== undefined) {
    headers['Content-Type'] = options.raw.type;
    body = options.raw;
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, headers, body, credentials: 'same-origin', ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new UnreachableError(String(error));
  }
  if (answer.ok) {
    if (answer.status === 204) return trust<T>(undefined);
    return trust<T>(await answer.json());
  }
  let problem: unknown = null;
  try {
    problem = await answer.json();
  } catch {
    // A proxy's page in place of a problem: the status is all there is.
  }
  if (answer.status === 401 && path !== '/sessions') onUnauthorised?.();
  throw new ProblemError(readProblem(answer.status, problem));
}

export type Params = Readonly<Record<string, string | number | boolean | null | undefined>>;

export function query(params: Params): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) if (v !== null && v !== undefined && v !== '') q.set(k, String(v));
  const text = q.toString();
  return text === '' ? '' : `?${text}`;
}

const id = encodeURIComponent;

export const api = {
  logIn: (username: string, password: string) =>
    request<{ readonly user: User }>('POST', '/sessions', { body: { username, password } }),
  whoAmI: () => request<{ readonly user: User }>('GET', '/sessions/current'),
  logOut: () => request<void>('DELETE', '/sessions/current'),
  liveTicket: async () => (await request<{ readonly ticket: string }>('POST', '/live/tickets')).ticket,

  incidents: (params: Params, signal?: AbortSignal) =>
    request<IncidentPage>('GET', `/incidents${query(params)}`, signal === undefined ? {} : { signal }),
  incident: (of: string, signal?: AbortSignal) =>
    request<Incident>('GET', `/incidents/${id(of)}`, signal === undefined ? {} : { signal }),
  timeline: async (of: string, signal?: AbortSignal): Promise<readonly TimelineEntry[]> => {
    const answer = await request<{ readonly items: readonly unknown[] }>(
      'GET', `/incidents/${id(of)}/timeline`, signal === undefined ? {} : { signal },
    );
    return answer.items.map(readTimelineEntry);
  },
  report: (body: unknown, key: string) => request<Incident>('POST', '/incidents', { body, key }),
  command: (of: string, command: string, body: unknown, key: string) =>
    request<{ readonly incident: Incident; readonly position: number; readonly caller?: { readonly name: string; readonly phone: string } | null }>(
      'POST', `/incidents/${id(of)}/commands/${id(command)}`, { body, key },
    ),

  units: async () => (await request<{ readonly items: readonly Unit[] }>('GET', '/units')).items,
  matters: async () => (await request<{ readonly items: readonly Matter[] }>('GET', '/matters')).items,
  criteria: async () => (await request<{ readonly items: readonly Criterion[] }>('GET', '/criteria')).items,
  cell: (code: string) => request<Feature<Polygon | MultiPolygon>>('GET', `/grid/cells/${id(code)}`),
  locate: (lng: number, lat: number, signal?: AbortSignal) =>
    request<Located>('GET', `/grid/locate${query({ lng, lat, crs: 'wgs84' })}`, signal === undefined ? {} : { signal }),
  picture: (params: Params, signal?: AbortSignal) =>
    request<{ readonly features: readonly PictureFeature[]; readonly position: number; readonly at: string }>(
      'GET', `/picture${query(params)}`, signal === undefined ? {} : { signal },
    ),
  addPhoto: (photo: Blob, key: string) => request<{ readonly id: string }>('POST', '/photos', { raw: photo, key }),
  photoURL: (of: string, size?: number) => `/api/v1/photos/${id(of)}${size === undefined ? '' : `?size=${size}`}`,
};
