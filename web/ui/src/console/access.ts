/** Which pages a post has work on. The server decides what it answers; this only spares people doors that are locked. */
import type { Role, User } from '@shared/wire';

const desks: readonly Role[] = ['community', 'street', 'district'];
const pages = {
  work: ['inspector', 'community', 'handler', 'street', 'district', 'hotline', 'supervisor'],
  statistics: ['inspector', 'community', 'handler', 'street', 'district', 'hotline', 'supervisor'],
  hotline: ['hotline', 'street', 'district', 'supervisor'],
  approvals: [...desks, 'supervisor'],
  duty: [...desks, 'supervisor'],
  reports: ['street', 'district', 'supervisor'],
  whatif: ['district', 'supervisor'],
  returns: ['street', 'district', 'supervisor'],
  reference: ['admin', ...desks, 'supervisor'],
} as const satisfies Record<string, readonly Role[]>;
export type PageName = keyof typeof pages;

const isPage = (name: string): name is PageName => name in pages;

/** Whether a post uses a page. One that is not named here is everybody's. */
export function opens(u: User, page: string): boolean {
  const name = page === 'incident' ? 'work' : page === 'ticket' ? 'hotline' : page === 'indicators' ? 'statistics' : page;
  return !isPage(name) || pages[name].some((r) => r === u.role);
}

/** The page a post's day begins on. */
export function home(u: User): string {
  return opens(u, 'work') ? '/' : opens(u, 'reference') ? '/reference' : '/';
}

/** Who answers requests: those at a desk, not those who look on. */
export function decides(u: User | null): boolean {
  return u !== null && desks.some((r) => r === u.role);
}
