/** Where in the phone's pages one is: the part of the address behind the `#`, so that "back" works and a page can be kept. */
import { shallowRef } from 'vue';

export type Route =
  | { readonly name: 'home' }
  | { readonly name: 'report' }
  | { readonly name: 'sent'; readonly key: string }
  | { readonly name: 'task'; readonly id: string }
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
    case 'sent':
      return `#/sent/${encodeURIComponent(r.key)}`;
    case 'report':
    case 'outbox':
    case 'me':
      return `#/${r.name}`;
  }
}

export const route = shallowRef<Route>({ name: 'home' });
/** Whether "back" stays within these pages. */
let depth = 0;

export function startRouting(): void {
  route.value = parse(location.hash);
  addEventListener('hashchange', () => {
    route.value = parse(location.hash);
    scrollTo(0, 0);
  });
}

export function go(to: Route, how: 'push' | 'replace' = 'push'): void {
  if (how === 'replace') {
    history.replaceState(null, '', format(to));
    route.value = to;
    scrollTo(0, 0);
    return;
  }
  depth++;
  location.hash = format(to);
}

export function back(): void {
  if (depth > 0) {
    depth--;
    history.back();
  } else go({ name: 'home' }, 'replace');
}
