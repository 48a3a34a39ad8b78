/** Who is logged in. The cookie is the session; only what greets the user is remembered here. */
import { shallowRef } from 'vue';
import { api, whenUnauthorised } from '@shared/api';
import { readUser, type User } from '@shared/wire';

const remembered = 'gridcommand.user';

function recall(): User | null {
  try {
    return readUser(JSON.parse(localStorage.getItem(remembered) ?? 'null'));
  } catch {
    return null;
  }
}

export const user = shallowRef<User | null>(recall());
/** Why the log-in page is shown, when it was not asked for. */
export const ended = shallowRef(false);

export async function logIn(name: string, password: string): Promise<void> {
  const answer = await api.logIn(name, password);
  const who = readUser(answer.user);
  if (who === null) throw new Error('session: the answer to the log-in names nobody');
  localStorage.setItem(remembered, JSON.stringify(who));
  ended.value = false;
  user.value = who;
}

export function forget(): void {
  localStorage.removeItem(remembered);
  user.value = null;
}

export async function logOut(): Promise<void> {
  try {
    await api.logOut();
  } finally {
    ended.value = false;
    forget();
  }
}

/** Asks the server who this is: posts change, and what was remembered may be old. */
export async function confirmUser(): Promise<void> {
  if (user.value === null) return;
  const now = readUser((await api.whoAmI()).user);
  if (now === null || user.value === null) return;
  localStorage.setItem(remembered, JSON.stringify(now));
  if (JSON.stringify(now) !== JSON.stringify(user.value)) user.value = now;
}

whenUnauthorised(() => {
  if (user.value === null) return;
  ended.value = true;
  forget();
});

/** Posts that do not work with incidents here. */
export function seesIncidents(u: User): boolean {
  return u.role !== 'admin' && u.role !== 'screen';
}

/** Posts whose day begins with what their own unit must do. */
export function beginsWithWorklist(u: User): boolean {
  return u.role === 'handler' || u.role === 'street' || u.role === 'community' || u.role === 'inspector';
}
