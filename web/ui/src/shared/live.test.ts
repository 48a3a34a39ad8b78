import { describe, expect, test } from 'vitest';
import { emptyBoard } from './folds';
import { backoff, comesBack, openLive, type LiveDeps, type LiveState, type SocketLike } from './live';
import { trust, type Frame } from './wire';

/** A world with its own clock: sockets that are written into, timers that fire when told. */
function world(options: { ticket?: () => Promise<string>; probe?: () => Promise<boolean> } = {}) {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const sockets: (SocketLike & { sent: Record<string, unknown>[]; closed: boolean })[] = [];
  const deps: LiveDeps = {
    connect() {
      const sent: Record<string, unknown>[] = [];
      const socket = {
        sent, closed: false, onopen: null, onmessage: null, onclose: null,
        send: (m: string) => void sent.push(trust(JSON.parse(m))),
        close() {
          socket.closed = true;
        },
      };
      sockets.push(socket);
      return socket;
    },
    ticket: options.ticket ?? (() => Promise.resolve(`t${sockets.length}`)),
    ...(options.probe === undefined ? {} : { probe: options.probe }),
    now: () => now,
    random: () => 0.5,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => (timers = timers.filter((t) => t !== timer));
    },
  };
  const settle = async (): Promise<void> => {
    for (let k = 0; k < 8; k++) await Promise.resolve();
  };
  return {
    deps, sockets, settle,
    last: () => trust<(typeof sockets)[number]>(sockets.at(-1)),
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((t) => t !== next);
        now = next.at;
        next.run();
        await settle();
      }
      now = end;
    },
    say(frame: Frame) {
      trust<SocketLike>(sockets.at(-1)).onmessage?.({ data: JSON.stringify(frame) });
    },
    async connectNow() {
      await settle();
      trust<SocketLike>(sockets.at(-1)).onopen?.();
    },
  };
}
const at = '2026-11-23T09:40:00+08:00';
const snapshot = (id: number, position: number, ...put: { id: string }[]): Frame => ({ op: 'snapshot', id, epoch: 'e1', position, at, put, part: 1, of: 1 });
const frame = (id: number, from: number, to: number, ...put: { id: string }[]): Frame => ({ op: 'frame', id, from, to, at, put });

describe('a socket', () => {
  test('says hello first and watches at once', async () => {
    const w = world();
    const live = openLive(w.deps);
    live.watch({ view: 'picture', scope: '440114' }, () => {});
    await w.connectNow();
    expect(w.last().sent).toEqual([{ op: 'hello', ticket: 't0' }, { op: 'watch', id: 1, view: 'picture', scope: '440114' }]);
  });

  test('resumes every watch where it stood, by epoch and position', async () => {
    const w = world();
    const live = openLive(w.deps);
    const seen: string[][] = [];
    live.watch({ view: 'picture', scope: '440114' }, (b) => seen.push([...b.items.keys()]));
    live.watch({ view: 'worklist' }, () => {});
    await w.connectNow();
    w.say(snapshot(1, 10, { id: 'a' }));
    w.say(frame(1, 10, 12, { id: 'b' }));
    w.last().onclose?.({ code: 1012, reason: 'restart' });
    expect(live.state().liveness).toBe('reconnecting');
    await w.pass(1_000);
    await w.connectNow();
    expect(w.sockets).toHaveLength(2);
    expect(w.last().sent.slice(1)).toEqual([
      { op: 'watch', id: 1, view: 'picture', scope: '440114', after: { epoch: 'e1', position: 12 } },
      { op: 'watch', id: 2, view: 'worklist' },
    ]);
    w.say(frame(1, 12, 15, { id: 'c' }));
    expect(seen.at(-1)).toEqual(['a', 'b', 'c']);
    expect(live.state().liveness).toBe('live');
  });

  test('asks for a snapshot when a frame leaves a gap, and shows nothing wrong meanwhile', async () => {
    const w = world();
    const live = openLive(w.deps);
    const seen: string[][] = [];
    live.watch({ view: 'picture', scope: '440114' }, (b) => seen.push([...b.items.keys()]));
    await w.connectNow();
    w.say(snapshot(1, 10, { id: 'a' }));
    w.say(frame(1, 11, 12, { id: 'b' }));
    expect(seen).toEqual([['a']]);
    expect(w.last().sent.slice(-2)).toEqual([{ op: 'unwatch', id: 1 }, { op: 'watch', id: 2, view: 'picture', scope: '440114' }]);
    w.say(frame(1, 12, 13, { id: 'c' })); // still on its way for the watch that is no more
    expect(seen).toEqual([['a']]);
    w.say(snapshot(2, 13, { id: 'a' }, { id: 'b' }, { id: 'c' }));
    expect(seen.at(-1)).toEqual(['a', 'b', 'c']);
  });

  test('begins from a board that is given to it', async () => {
    const w = world();
    const live = openLive(w.deps);
    live.watch({ view: 'wall', scope: '440114' }, () => {}, { ...emptyBoard(), epoch: 'e1', position: 44 });
    await w.connectNow();
    expect(w.last().sent[1]).toMatchObject({ after: { epoch: 'e1', position: 44 } });
  });

  test('after a reset waits for the snapshot and says nothing before', async () => {
    const w = world();
    const live = openLive(w.deps);
    let calls = 0;
    live.watch({ view: 'wall', scope: '440114' }, () => calls++);
    await w.connectNow();
    w.say(snapshot(1, 10));
    w.say({ op: 'reset', id: 1, reason: 'epoch' });
    expect(calls).toBe(1);
    w.say({ op: 'snapshot', id: 1, epoch: 'e2', position: 3, at, put: [], part: 1, of: 1 });
    expect(calls).toBe(2);
  });

  test('that brings something unreadable is dropped and opened anew', async () => {
    const w = world();
    const live = openLive(w.deps);
    await w.connectNow();
    w.last().onmessage?.({ data: '{"op":"surprise"}' });
    expect(w.last().closed).toBe(true);
    await w.pass(1_000);
    expect(w.sockets).toHaveLength(2);
    live.close();
  });

  test('unwatches what is stopped', async () => {
    const w = world();
    const live = openLive(w.deps);
    const watch = live.watch({ view: 'picture', scope: '440114' }, () => {});
    await w.connectNow();
    watch.stop();
    watch.stop();
    expect(w.last().sent.slice(2)).toEqual([{ op: 'unwatch', id: 1 }]);
  });
});

describe('what is shown', () => {
  const states = (live: { subscribe(f: (s: LiveState) => void): void }): string[] => {
    const out: string[] = [];
    live.subscribe((s) => {
      if (out.at(-1) !== s.liveness) out.push(s.liveness);
    });
    return out;
  };

  test('is reconnecting at once and stale after ten seconds', async () => {
    let up = true;
    const w = world({ ticket: () => (up ? Promise.resolve('t') : Promise.reject(new Error('no network'))) });
    const live = openLive(w.deps);
    const seen = states(live);
    live.watch({ view: 'picture', scope: '440114' }, () => {});
    await w.connectNow();
    w.say(snapshot(1, 10));
    up = false;
    w.last().onclose?.({ code: 1006, reason: '' });
    await w.pass(9_000);
    expect(live.state().liveness).toBe('reconnecting');
    await w.pass(2_000);
    expect(live.state().liveness).toBe('stale');
    up = true;
    await w.pass(16_000);
    await w.connectNow();
    w.say(frame(1, 10, 11));
    expect(seen).toEqual(['live', 'reconnecting', 'stale', 'live']);
    expect(live.state().position).toBe(11);
  });

  test('is no longer live when a socket falls silent', async () => {
    const w = world();
    const live = openLive(w.deps);
    live.watch({ view: 'picture', scope: '440114' }, () => {});
    await w.connectNow();
    w.say(snapshot(1, 10));
    const first = w.last();
    await w.pass(21_000);
    expect(first.closed).toBe(true);
    expect(live.state().liveness).not.toBe('live');
  });

  test('is asked about after six silent seconds, so that a dead line shows within ten', async () => {
    const w = world({ probe: () => Promise.resolve(false) });
    const live = openLive(w.deps);
    live.watch({ view: 'picture', scope: '440114' }, () => {});
    await w.connectNow();
    w.say(snapshot(1, 10));
    await w.pass(7_500);
    expect(live.state().liveness).toBe('reconnecting');
  });

  test('ends with the session, and is not tried again', async () => {
    for (const end of ['close', 'bye', 'ticket'] as const) {
      const w = world(end === 'ticket' ? { ticket: () => Promise.reject({ status: 401 }) } : {});
      const live = openLive(w.deps);
      await w.settle();
      if (end === 'close') w.last().onclose?.({ code: 4401, reason: 'session over' });
      if (end === 'bye') {
        w.last().onopen?.();
        w.say({ op: 'bye', code: 4401, reason: 'session over', retry: false });
      }
      await w.pass(60_000);
      expect(live.state().liveness).toBe('ended');
      expect(w.sockets.length).toBeLessThan(2);
    }
  });
});

test('waits double, are capped, and are spread by chance', () => {
  expect(backoff(1, 1)).toBe(500);
  expect(backoff(4, 1)).toBe(4_000);
  expect(backoff(40, 1)).toBe(15_000);
  expect(backoff(40, 0)).toBe(7_500);
});

test('close codes: come back, or do not', () => {
  expect([1001, 1006, 1012, 4408, 4429].every(comesBack)).toBe(true);
  expect([4400, 4401, 4403].some(comesBack)).toBe(false);
});
