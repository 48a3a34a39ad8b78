/**
 * One socket for a page: ticket, hello, any number of watches, and a reconnect loop
 * with capped, jittered backoff that resumes every watch where it stood. Nothing is
 * ever sent here but what to watch; commands go over HTTP.
 *
 * The board of a watch is never wrong silently: a frame that leaves a gap drops the
 * resume point and asks for a snapshot, and [LiveState] says how fresh all of it is.
 */
import { apply, emptyBoard, GapError, touched, type Board, type Touched } from './folds';
import { readFrame, trust, type Frame, type Instant, type Views } from './wire';

/** The part of a WebSocket that is used, so that a test can be one. */
export interface SocketLike {
  send(message: string): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
}

export interface LiveDeps {
  connect(): SocketLike;
  /** Fetches a one-use ticket. Rejects with `{ status: 401 }` when the session is over. */
  ticket(): Promise<string>;
  /** Asks whether the server answers at all; used after a silence. */
  probe?(): Promise<boolean>;
  /** Milliseconds that only grow. */
  now(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
}

export type Liveness =
  /** never connected yet */
  | 'connecting'
  | 'live'
  /** lost less than `staleAfter` ago */
  | 'reconnecting'
  /** lost longer ago: what is shown is old */
  | 'stale'
  /** the session is over or the scope was refused; it will not come back by itself */
  | 'ended';

export interface LiveState {
  readonly liveness: Liveness;
  /** When the connection was last known good, by `now()`; null: never. */
  readonly goodAt: number | null;
  /** The ledger's clock in the newest frame. */
  readonly at: Instant | null;
  readonly speed: number;
  readonly position: number | null;
  readonly attempts: number;
  readonly reason: string;
}

export interface WatchSpec<V extends keyof Views> {
  readonly view: V;
  /** An area for picture and wall, a unit for worklist (unless said: the caller's own). */
  readonly scope?: string;
  readonly cells?: readonly string[];
  readonly layers?: readonly string[];
}

export interface Watch {
  stop(): void;
}

export interface Live {
  watch<V extends keyof Views>(
    spec: WatchSpec<V>,
    changed: (board: Board<Views[V]>, what: Touched) => void,
    resume?: Board<Views[V]>,
  ): Watch;
  state(): LiveState;
  subscribe(changed: (state: LiveState) => void): () => void;
  /** The device heard of a network: try now instead of waiting out the backoff. */
  nudge(): void;
  close(): void;
}

const firstWait = 500;
const longestWait = 15_000;
const staleAfter = 10_000;
/** Heartbeats come at least every 15 s; this much silence means that nobody is there. */
const silenceLimit = 20_000;
const probeAfter = 6_000;
const beat = 1_000;

/** How long to wait before attempt `n` (from 1): doubling, capped, half of it by chance. */
export function backoff(n: number, random: number): number {
  const full = Math.min(longestWait, firstWait * 2 ** Math.min(n - 1, 10));
  return full / 2 + (full / 2) * random;
}

/** Whether a socket closed with `code` is to be opened again. */
export function comesBack(code: number): boolean {
  return code !== 4401 && code !== 4403 && code !== 4400;
}

interface Entry {
  readonly spec: WatchSpec<keyof Views>;
  board: Board;
  readonly changed: (board: Board, what: Touched) => void;
}

export function openLive(deps: LiveDeps): Live {
  const watches = new Map<number, Entry>();
  const listeners = new Set<(state: LiveState) => void>();
  let nextId = 1;
  let socket: SocketLike | null = null;
  let ready = false;
  let closed = false;
  let attempts = 0;
  let lostAt: number | null = null;
  let heardAt = 0;
  let probing = false;
  let cancelRetry: (() => void) | null = null;
  let cancelBeat: (() => void) | null = null;
  let generation = 0;
  let state: LiveState = {
    liveness: 'connecting', goodAt: null, at: null, speed: 1, position: null, attempts: 0, reason: '',
  };

  function tell(next: Partial<LiveState>): void {
    const merged = { ...state, ...next };
    const same = JSON.stringify(merged) === JSON.stringify(state);
    state = merged;
    if (!same) for (const listener of listeners) listener(state);
  }

  function sendWatch(id: number, entry: Entry): void {
    const { epoch, position } = entry.board;
    const after = epoch !== null && position !== null ? { after: { epoch, position } } : {};
    socket?.send(JSON.stringify({ op: 'watch', id, ...entry.spec, ...after }));
  }

  function lose(reason: string): void {
    ready = false;
    socket = null;
    generation++;
    if (closed) return;
    lostAt ??= deps.now();
    tell({ liveness: deps.now() - lostAt >= staleAfter ? 'stale' : state.goodAt === null ? 'connecting' : 'reconnecting', reason });
    schedule();
  }

  function end(reason: string): void {
    ready = false;
    socket = null;
    generation++;
    cancelRetry?.();
    cancelRetry = null;
    tell({ liveness: 'ended', reason });
  }

  function schedule(): void {
    if (cancelRetry !== null || closed) return;
    attempts++;
    tell({ attempts });
    cancelRetry = deps.after(backoff(attempts, deps.random()), () => {
      cancelRetry = null;
      void open();
    });
  }

  async function open(): Promise<void> {
    if (closed || socket !== null || state.liveness === 'ended') return;
    const mine = ++generation;
    let ticket: string;
    try {
      ticket = await deps.ticket();
    } catch (error) {
      if (mine !== generation || closed) return;
      const status = trust<{ readonly status?: number }>(error ?? {}).status;
      if (status === 401) end('ticket');
      else lose('ticket');
      return;
    }
    if (mine !== generation || closed) return;
    const opened = deps.connect();
    socket = opened;
    opened.onopen = () => {
      if (socket !== opened) return;
      heardAt = deps.now();
      opened.send(JSON.stringify({ op: 'hello', ticket }));
      ready = true;
      for (const [id, entry] of watches) sendWatch(id, entry);
    };
    opened.onmessage = (event) => {
      if (socket !== opened || typeof event.data !== 'string') return;
      heardAt = deps.now();
      let frame: Frame;
      try {
        frame = readFrame(event.data);
      } catch {
        opened.close(1000, 'unreadable frame');
        lose('unreadable');
        return;
      }
      take(opened, frame);
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      if (comesBack(event.code)) lose(event.reason || String(event.code));
      else end(event.reason || String(event.code));
    };
  }

  function take(from: SocketLike, frame: Frame): void {
    if (frame.op === 'bye') {
      if (!frame.retry) end(frame.reason);
      return;
    }
    const entry = watches.get(frame.id);
    if (entry === undefined) return; // unwatched while it was on its way
    const before = entry.board;
    try {
      entry.board = apply(before, frame);
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      // Something was missed. Ask for everything rather than show what may be wrong.
      entry.board = { ...before, position: null, arriving: null };
      from.send(JSON.stringify({ op: 'unwatch', id: frame.id }));
      watches.delete(frame.id);
      const id = nextId++;
      watches.set(id, entry);
      sendWatch(id, entry);
      return;
    }
    if (frame.op !== 'reset') {
      attempts = 0;
      lostAt = null;
      tell({
        liveness: 'live', goodAt: deps.now(), at: frame.at, speed: entry.board.speed, attempts: 0, reason: '',
        position: Math.max(state.position ?? 0, entry.board.position ?? 0),
      });
    }
    if (entry.board.arriving === null && frame.op !== 'reset') entry.changed(entry.board, touched(frame));
  }

  function tick(): void {
    if (closed) return;
    const now = deps.now();
    if (state.liveness === 'ended') return;
    if (socket !== null && ready) {
      const silent = now - heardAt;
      if (silent >= silenceLimit) {
        const quiet = socket;
        lose('silence');
        quiet.close(1000, 'silence');
      } else if (silent >= probeAfter && deps.probe !== undefined && !probing) {
        probing = true;
        const asked = socket;
        const heardBefore = heardAt;
        void deps.probe().then((answers) => {
          probing = false;
          // A page that is itself too busy to be answered in time has still heard frames.
          if (answers || socket !== asked || heardAt !== heardBefore) return;
          lose('unreachable');
          asked.close(1000, 'unreachable');
        });
      }
    }
    if (lostAt !== null && state.liveness !== 'live' && now - lostAt >= staleAfter) tell({ liveness: 'stale' });
    cancelBeat = deps.after(beat, tick);
  }

  void open();
  cancelBeat = deps.after(beat, tick);

  return {
    watch(spec, changed, resume) {
      let id = nextId++;
      const entry: Entry = {
        spec,
        board: resume ?? emptyBoard(),
        changed: (board, what) => changed(trust(board), what),
      };
      watches.set(id, entry);
      if (ready) sendWatch(id, entry);
      return {
        stop() {
          for (const [k, e] of watches) if (e === entry) id = k;
          if (!watches.delete(id)) return;
          if (ready) socket?.send(JSON.stringify({ op: 'unwatch', id }));
        },
      };
    },
    state: () => state,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    nudge() {
      if (socket !== null || closed || state.liveness === 'ended') return;
      cancelRetry?.();
      cancelRetry = null;
      void open();
    },
    close() {
      closed = true;
      generation++;
      cancelRetry?.();
      cancelBeat?.();
      socket?.close(1000, 'bye');
      socket = null;
    },
  };
}

/** The dependencies of a page in a browser. */
export function browserDeps(ticket: () => Promise<string>): LiveDeps {
  return {
    connect() {
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
      return trust<SocketLike>(new WebSocket(`${scheme}://${location.host}/api/v1/live`, 'gridcommand.1'));
    },
    ticket,
    async probe() {
      try {
        const answer = await fetch('/livez', { signal: AbortSignal.timeout(3_000), cache: 'no-store' });
        return answer.ok;
      } catch {
        return false;
      }
    },
    now: () => performance.now(),
    random: Math.random,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
