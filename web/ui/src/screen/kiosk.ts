/**
 * Who this wall is. A kiosk is opened with a token behind the `#`, which never leaves
 * the device but as its session; otherwise somebody logs in once, and the cookie stays.
 */
import { shallowRef } from 'vue';
import { readProblem, readUser, trust, type User } from '@shared/wire';
import { ProblemError, query, UnreachableError, type Params } from '@shared/api';

const remembered = 'gridcommand.wall.token';

function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null && given !== '') {
    localStorage.setItem(remembered, given);
    // Whoever stands before the wall must not read it off the address.
    history.replaceState(null, '', location.pathname + location.search);
  }
  return localStorage.getItem(remembered);
}

let token = takeToken();

/** Null: nobody is logged in. Undefined: not known yet. */
export const user = shallowRef<User | null | undefined>(undefined);

export function headers(): Readonly<Record<string, string>> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, credentials: 'same-origin', cache: 'no-store',
      headers: { Accept: 'application/json', ...headers(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new UnreachableError(String(error));
  }
  if (answer.ok) return trust<T>(answer.status === 204 ? undefined : await answer.json());
  throw new ProblemError(readProblem(answer.status, await answer.json().catch(() => null)));
}

export const get = <T>(path: string, params: Params = {}): Promise<T> => call<T>('GET', `${path}${query(params)}`);

export const liveTicket = async (): Promise<string> => (await call<{ readonly ticket: string }>('POST', '/live/tickets')).ticket;

/** Asks who is logged in, again and again until the server answers. */
export async function whoAmI(): Promise<void> {
  for (let wait = 1_000; ; wait = Math.min(15_000, wait * 2)) {
    try {
      user.value = readUser((await get<{ readonly user: unknown }>('/sessions/current')).user);
      return;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        if (token !== null) {
          // A token that ended is worth less than a cookie that may still stand.
          token = null;
          localStorage.removeItem(remembered);
          continue;
        }
        user.value = null;
        return;
      }
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}

export async function logIn(name: string, password: string): Promise<void> {
  const answer = await call<{ readonly user: unknown }>('POST', '/sessions', { username: name, password });
  user.value = readUser(answer.user);
}

/** The session is over: the log-in form comes back. */
export function over(): void {
  token = null;
  localStorage.removeItem(remembered);
  user.value = null;
}
