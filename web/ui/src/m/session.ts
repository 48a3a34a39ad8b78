/** Who holds this phone. Without a network the one who logged in last goes on working. */
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
/** The server knows this session no more; what is on the phone stays usable until the user logs in again. */
export const ended = shallowRef(false);

export async function logIn(name: string, password: string): Promise<void> {
  const answer = await api.logIn(name, password);
  localStorage.setItem(remembered, JSON.stringify(answer.user));
  ended.value = false;
  user.value = answer.user;
}

export async function logOut(): Promise<void> {
  try {
    await api.logOut();
  } catch {
    // Without a network the cookie stays until it ends by itself; this phone forgets who it was.
  }
  localStorage.removeItem(remembered);
  ended.value = false;
  user.value = null;
}

whenUnauthorised(() => {
  if (user.value !== null) ended.value = true;
});

/** Posts that visit places: inspectors, and the station behind them. */
export function mayInspect(u: User): boolean {
  return u.role === 'inspector' || u.role === 'community';
}
