/** The page's one live socket, the ledger's clock that it sets, and the district's open incidents. */
import { computed, shallowRef } from 'vue';
import { api } from '@shared/api';
import { hear, ledgerTime, type Reading } from '@shared/clock';
import { emptyBoard, type Board, type Touched } from '@shared/folds';
import { areaOf } from '@shared/format';
import { browserDeps, openLive, type Live, type LiveState } from '@shared/live';
import { trust, type Incident, type PictureFeature, type User } from '@shared/wire';

const notYet: LiveState = { liveness: 'connecting', goodAt: null, at: null, speed: 1, position: null, attempts: 0, reason: '' };

export const liveState = shallowRef<LiveState>(notYet);
/** The ledger's clock, once a second; it stands still while nothing is heard. */
export const now = shallowRef<number | null>(null);
/** How long, in ms, nothing has been heard; 0 while live. */
export const behind = shallowRef(0);
export const picture = shallowRef<Board<PictureFeature>>(emptyBoard());
export const worklist = shallowRef<Board<Incident>>(emptyBoard());
export const online = shallowRef(typeof navigator === 'undefined' ? true : navigator.onLine);

/** What is shown is old: nothing has been heard for a while, or there is no network. */
export const stale = computed(() => liveState.value.liveness === 'stale' || liveState.value.liveness === 'ended' || !online.value);

type Heard<T extends { readonly id: string }> = (board: Board<T>, before: Board<T>, what: Touched) => void;
const pictureListeners = new Set<Heard<PictureFeature>>();
const worklistListeners = new Set<Heard<Incident>>();

function on<T>(set: Set<T>, run: T): () => void {
  set.add(run);
  return () => set.delete(run);
}
export const onPicture = (run: Heard<PictureFeature>): (() => void) => on(pictureListeners, run);
export const onWorklist = (run: Heard<Incident>): (() => void) => on(worklistListeners, run);

let live: Live | null = null;
let reading: Reading | null = null;
let timer: ReturnType<typeof setInterval> | null = null;

export function connect(user: User): void {
  disconnect();
  live = openLive(browserDeps(api.liveTicket));
  live.subscribe((s) => {
    if (s.at !== null && s.at !== liveState.value.at) {
      reading = hear(reading, Date.parse(s.at), s.speed, performance.now());
      now.value = ledgerTime(reading, performance.now());
    }
    liveState.value = s;
  });
  live.watch({ view: 'picture', scope: areaOf(user.unit) }, (board, what) => {
    const before = picture.value;
    picture.value = board;
    for (const run of pictureListeners) run(board, before, what);
  });
  live.watch({ view: 'worklist' }, (board, what) => {
    const before = worklist.value;
    worklist.value = board;
    for (const run of worklistListeners) run(board, before, what);
  });
  timer = setInterval(() => {
    const s = liveState.value;
    if (s.liveness === 'live') {
      now.value = ledgerTime(reading, performance.now());
      behind.value = 0;
    } else if (s.goodAt !== null) {
      behind.value = performance.now() - s.goodAt;
    }
  }, 1000);
}

export function disconnect(): void {
  live?.close();
  live = null;
  if (timer !== null) clearInterval(timer);
  timer = null;
  reading = null;
  now.value = null;
  behind.value = 0;
  liveState.value = notYet;
  picture.value = emptyBoard();
  worklist.value = emptyBoard();
}

if (typeof window !== 'undefined') {
  window.addEventListener('online', () => {
    online.value = true;
    live?.nudge();
  });
  window.addEventListener('offline', () => (online.value = false));
  // Lets a test read what this page believes, without reading pixels.
  trust<{ gridcommand?: unknown }>(window).gridcommand = {
    state: () => liveState.value, picture: () => picture.value, worklist: () => worklist.value,
  };
}
