/** Finds in the timeline why a clock that runs now runs out when it does. */
import type { DueExplained, TimelineEntry } from '@shared/wire';
import type { Opened } from './detail';

/** The explanation that the last fact to set this clock gave; null: no fact has. */
export function latest(timeline: readonly TimelineEntry[], clock: DueExplained['clock']): DueExplained | null {
  for (const entry of timeline.toReversed()) {
    const found = entry.due_explained.find((d) => d.clock === clock);
    if (found !== undefined) return found;
  }
  return null;
}

/** Why a clock of the open incident runs out when it does: as it stands now, else as the last fact set it. */
export function explainedOf(opened: Opened | null, clock: DueExplained['clock']): DueExplained | null {
  return opened?.deadlines?.get(clock) ?? latest(opened?.timeline ?? [], clock);
}
