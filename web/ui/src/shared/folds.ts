/**
 * Pure folds of live frames. A board is what one watch has been told so far; the
 * same board follows from the same frames on every machine, here and in Go.
 */
import type { Frame, Instant, Item } from './wire';

export interface Board<T extends Item = Item> {
  /** Which ledger the positions belong to; null before the first snapshot. */
  readonly epoch: string | null;
  /** The last position absorbed. Null: nothing that a frame could follow, a snapshot must come. */
  readonly position: number | null;
  /** The ledger's clock at that position. */
  readonly at: Instant | null;
  readonly speed: number;
  readonly items: ReadonlyMap<string, T>;
  /** Parts of a snapshot that has not wholly arrived; readers still see the former items. */
  readonly arriving: readonly T[] | null;
}

export function emptyBoard<T extends Item>(): Board<T> {
  return { epoch: null, position: null, at: null, speed: 1, items: new Map(), arriving: null };
}

/** A frame that does not follow what the board holds: something was missed. */
export class GapError extends Error {
  override readonly name = 'GapError';
}

export type BoardFrame<T extends Item = Item> = Exclude<Frame<T>, { op: 'bye' }>;

function unreachable(x: never): never {
  throw new Error(`folds: unhandled frame ${JSON.stringify(x)}`);
}

/**
 * Returns the board after `frame`: remove `gone`, then replace `put` by id. A frame
 * wholly absorbed before is ignored, so repeats are harmless; one that leaves a gap
 * throws [GapError], and the board is as it was.
 */
export function apply<T extends Item>(board: Board<T>, frame: BoardFrame<T>): Board<T> {
  switch (frame.op) {
    case 'snapshot': {
      if (frame.part > 1 && board.arriving === null) throw new GapError('a snapshot began in its middle');
      const arriving = frame.part === 1 ? [...frame.put] : [...(board.arriving ?? []), ...frame.put];
      if (frame.part < frame.of) return { ...board, position: null, arriving };
      return {
        epoch: frame.epoch,
        position: frame.position,
        at: frame.at,
        speed: frame.speed ?? board.speed,
        items: new Map(arriving.map((item) => [item.id, item])),
        arriving: null,
      };
    }
    case 'frame': {
      if (board.position === null) throw new GapError('a frame before the snapshot');
      if (frame.to < board.position) return board;
      if (frame.from !== board.position) {
        if (frame.to === board.position) return board;
        throw new GapError(`a frame from ${frame.from} after ${board.position}`);
      }
      const moved = { ...board, position: frame.to, at: frame.at, speed: frame.speed ?? board.speed };
      const gone = frame.gone ?? [];
      const put = frame.put ?? [];
      if (gone.length === 0 && put.length === 0) return moved;
      const items = new Map(board.items);
      for (const id of gone) items.delete(id);
      for (const item of put) items.set(item.id, item);
      return { ...moved, items };
    }
    case 'reset':
      return { ...board, position: null, arriving: null };
    default:
      return unreachable(frame);
  }
}

/** What a frame touched: ids put and ids removed. A snapshot touches whatever differs. */
export interface Touched {
  readonly put: readonly string[];
  readonly gone: readonly string[];
  readonly whole: boolean;
}

export function touched<T extends Item>(frame: BoardFrame<T>): Touched {
  switch (frame.op) {
    case 'snapshot':
      return { put: frame.put.map((i) => i.id), gone: [], whole: true };
    case 'frame':
      return { put: (frame.put ?? []).map((i) => i.id), gone: frame.gone ?? [], whole: false };
    case 'reset':
      return { put: [], gone: [], whole: true };
    default:
      return unreachable(frame);
  }
}

/** Counts items by what `key` says of them; null counts nowhere. */
export function countBy<T>(items: Iterable<T>, key: (item: T) => string | null): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const k = key(item);
    if (k !== null) counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  return counts;
}
