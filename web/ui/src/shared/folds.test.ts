import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apply, countBy, emptyBoard, GapError, type Board, type BoardFrame } from './folds';
import { trust, type Item } from './wire';

interface Golden {
  readonly says: string;
  readonly frames: readonly BoardFrame[];
  readonly gap?: boolean;
  readonly board: { readonly epoch: string; readonly position: number; readonly at: string; readonly items: readonly Item[] };
}
const folder = new URL('../../testdata/frames/', import.meta.url);

describe('golden frames, shared with the server', () => {
  const names = readdirSync(folder).filter((n) => n.endsWith('.json'));
  test('are there', () => expect(names.length).toBeGreaterThan(3));
  for (const name of names) {
    const golden = trust<Golden>(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    test(`${name}: ${golden.says}`, () => {
      let board: Board = emptyBoard();
      let gap = false;
      for (const frame of golden.frames) {
        try {
          board = apply(board, frame);
        } catch (error) {
          if (!(error instanceof GapError)) throw error;
          gap = true;
        }
      }
      expect(gap).toBe(golden.gap ?? false);
      expect({ epoch: board.epoch, position: board.position, at: board.at, items: [...board.items.values()].sort((a, b) => a.id.localeCompare(b.id)) }).toEqual(golden.board);
    });
  }
});

describe('a board', () => {
  const snapshot: BoardFrame = { op: 'snapshot', id: 1, epoch: 'e', position: 5, at: '2026-11-23T09:00:00+08:00', put: [{ id: 'a' }], part: 1, of: 1 };

  test('is never changed in place', () => {
    const before = apply(emptyBoard(), snapshot);
    const after = apply(before, { op: 'frame', id: 1, from: 5, to: 6, at: '2026-11-23T09:00:01+08:00', gone: ['a'] });
    expect([...before.items.keys()]).toEqual(['a']);
    expect([...after.items.keys()]).toEqual([]);
  });

  test('shows the former items until the last part of a new snapshot', () => {
    const half = apply(apply(emptyBoard(), snapshot), { ...snapshot, op: 'snapshot', position: 9, put: [{ id: 'b' }], part: 1, of: 2 });
    expect([...half.items.keys()]).toEqual(['a']);
    expect(half.position).toBeNull();
  });

  test('takes no frame between a reset and its snapshot', () => {
    const reset = apply(apply(emptyBoard(), snapshot), { op: 'reset', id: 1, reason: 'too_old' });
    expect(() => apply(reset, { op: 'frame', id: 1, from: 5, to: 6, at: '' })).toThrow(GapError);
  });

  test('from one point on is the same, however the frames were cut', () => {
    const frames: BoardFrame[] = [];
    for (let n = 5; n < 60; n++) {
      const id = `i${(n * 7) % 11}`;
      frames.push({ op: 'frame', id: 1, from: n, to: n + 1, at: '', ...(n % 4 === 0 ? { gone: [id] } : { put: [trust<Item>({ id, n })] }) });
    }
    const whole = frames.reduce(apply, apply(emptyBoard(), snapshot));
    for (let cut = 0; cut < frames.length; cut += 9) {
      const upTo = frames.slice(0, cut).reduce(apply, apply(emptyBoard(), snapshot));
      expect(frames.slice(cut).reduce(apply, upTo)).toEqual(whole);
      expect(frames.reduce(apply, whole)).toEqual(whole); // all of it again
    }
  });
});

test('counting by a key leaves out what has none', () => {
  expect([...countBy([1, 2, 3, 4], (n) => (n === 4 ? null : n % 2 === 0 ? 'even' : 'odd'))]).toEqual([['odd', 2], ['even', 1]]);
});
