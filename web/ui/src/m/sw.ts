/**
 * The phone's service worker. It answers for the phone's own pages only: their files
 * from the copy made when it was installed, so that a cold start needs no network;
 * tiles from the last copy while a fresh one comes. What people reported and were
 * told never enters its caches.
 */
interface Entry {
  readonly url: string;
  readonly revision: string | null;
}
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly __WB_MANIFEST: readonly (Entry | string)[];
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', run: (event: WorkerEvent) => void): void;
  addEventListener(type: 'fetch', run: (event: FetchEvent) => void): void;
}
declare const self: Worker;

const entries: readonly Entry[] = self.__WB_MANIFEST.map((e) => (typeof e === 'string' ? { url: e, revision: null } : e));

/** The same files have the same name on every machine (FNV-1a). */
function digest(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h.toString(16).padStart(8, '0');
}

const page = '/m/index.html';
const prefix = 'phone-files-';
const files = prefix + digest(entries.map((e) => `${e.url} ${e.revision ?? ''}`).join('\n'));
const later = 'phone-later';
const tiles = 'phone-tiles';
const mostTiles = 400;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(files)
      // Past the browser's own cache, so that the copy is of one build.
      .then((c) => c.addAll(entries.map((e) => new Request(`/${e.url}`, { cache: 'reload' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      // A page of the build before may still be open and ask for one of its files.
      const old = names.filter((n) => n.startsWith(prefix) && n !== files);
      await Promise.all(old.slice(0, -1).map((n) => caches.delete(n)));
      await self.clients.claim();
    }),
  );
});

async function trimmed(cache: Cache): Promise<void> {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - mostTiles)).map((k) => cache.delete(k)));
}

async function fromFiles(request: Request, path: string): Promise<Response> {
  const kept = await caches.match(path === '/m' || path === '/m/' ? page : path);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  // Names under assets hold a hash of what is in them: a copy is never old.
  if (answer.ok && path.startsWith('/assets/')) {
    const copy = answer.clone();
    void caches.open(later).then((c) => c.put(path, copy));
  }
  return answer;
}

async function tile(request: Request, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(tiles);
  const kept = await cache.match(request);
  const fresh = fetch(request).then((answer) => {
    if (answer.ok) {
      const copy = answer.clone();
      event.waitUntil(cache.put(request, copy).then(() => trimmed(cache)));
    }
    return answer;
  });
  if (kept === undefined) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  return kept;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/api/v1/tiles/') && url.pathname.endsWith('.mvt')) event.respondWith(tile(event.request, event));
  else if (url.pathname.startsWith('/api/') || url.pathname === '/livez') return;
  else if (event.request.mode === 'navigate') event.respondWith(fromFiles(event.request, page));
  else event.respondWith(fromFiles(event.request, url.pathname));
});

export {};
