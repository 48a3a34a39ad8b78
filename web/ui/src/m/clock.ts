/** The phone's own clock, for what is held back on the phone. */
import { onBeforeUnmount, shallowRef, type ShallowRef } from 'vue';

export function useSeconds(): ShallowRef<number> {
  const now = shallowRef(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 250);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}
