/** One selection for list and map: what is under the hand, what is open beside, what is ticked. */
import { shallowRef } from 'vue';

export const hovered = shallowRef<string | null>(null);
/** The incident in the panel; the keyboard's place in the list. */
export const current = shallowRef<string | null>(null);
export const ticked = shallowRef<ReadonlySet<string>>(new Set());

export function tick(id: string): void {
  const next = new Set(ticked.value);
  if (!next.delete(id)) next.add(id);
  ticked.value = next;
}

export function tickAll(ids: readonly string[]): void {
  ticked.value = ids.every((id) => ticked.value.has(id)) ? new Set() : new Set(ids);
}

export function untick(): void {
  ticked.value = new Set();
}
