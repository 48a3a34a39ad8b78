/** Where in the phone's pages one is: the part of the address behind the `#`, so that "back" works and a page can be kept. */
import { shallowRef } from 'vue';

export type Route =
  | { readonly name: 'home' }
  | { readonly name: 'report' }
  | { readonly name: 'sent'; readonly key: string }
  | { readonly name: 'task'; readonly id: string }
  | { readonly name: 'round'; readonly id: string }
  | { readonly name: 'outbox' }
  | { readonly name: 'me' };

export function parse(hash: string): Route {
  const [name = '', ...rest] = hash.replace(/^#?\/?/, '').split('/').map(decodeURIComponent);
  const tail = rest.join('/');
  switch (name) {
    case 'report':
    case 'outbox':
    case 'me':
      return { name };
    case 'task':
      return tail === '' ? { name: 'home' } : { name, id: tail };
    case 'round':
      return tail === '' ? { name: 'home' } : { name, id: tail };
    case 'sent':
      return tail === '' ? { name: 'home' } : { name, key: tail };
    default:
      return { name: 'home' };
  }
}

export function format(r: Route): string {
  switch (r.name) {
    case 'home':
      return '#/';
    case 'task':
      return `#/task/${encodeURIComponent(r.id)}`;
    case 'round':
      return `#/round/${encodeURIComponent(r.id)}`;
    case 'sent':
      return `#/sent/${encodeURIComponent(r.key)}`;
    case 'report':
    case 'outbox':
    case 'me':
      return `#/${r.name}`;
  }
}

export const route = shallowRef<Route>({ name: 'home' });

/** How many of these pages lie behind the one shown. */
function depth(): number {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'depth' in state && typeof state.depth === 'number' ? state.depth : 0;
}

function show(to: Route): void {
  route.value = to;
  scrollTo(0, 0);
}

export function startRouting(): void {
  route.value = parse(location.hash);
  const follow = (): void => show(parse(location.hash));
  addEventListener('popstate', follow);
  addEventListener('hashchange', follow);
}

export function go(to: Route, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState({ depth: depth() + 1 }, '', format(to));
  else history.replaceState({ depth: depth() }, '', format(to));
  show(to);
}

export function back(): void {
  if (depth() > 0) history.back();
  else go({ name: 'home' }, 'replace');
}
