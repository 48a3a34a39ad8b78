/**
 * The ledger's clock on this page. It is set by the `at` of snapshots and frames and
 * runs at their `speed`; the clock of the PC only measures how long ago that was.
 */

/** A reading of the ledger's clock: `at` (ms since 1970) was heard at `heard` (ms that only grow). */
export interface Reading {
  readonly at: number;
  readonly heard: number;
  readonly speed: number;
}

/** What the ledger's clock shows at `now`. It stands still before the first reading. */
export function ledgerTime(r: Reading | null, now: number): number | null {
  return r === null ? null : r.at + (now - r.heard) * r.speed;
}

/** A clock this far behind what was shown is a different clock (a restore, another ledger). */
const anotherClock = 10 * 60_000;

/**
 * Returns the reading after hearing `at`. A small step back is jitter of the network
 * and ignored, so that a countdown never counts up.
 */
export function hear(before: Reading | null, at: number, speed: number, now: number): Reading {
  const shown = ledgerTime(before, now);
  if (before !== null && shown !== null && at < shown && shown - at < anotherClock * Math.max(1, speed)) {
    return { at: shown, heard: now, speed };
  }
  return { at, heard: now, speed };
}
