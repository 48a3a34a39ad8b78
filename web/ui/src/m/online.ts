/** Whether there is a network, as far as a phone can know: it says so itself, and the last request shows whether that is true. */
import { computed, shallowRef } from 'vue';
import { reachable } from './sender';
import { link } from './work';

const says = shallowRef(navigator.onLine);
addEventListener('online', () => (says.value = true));
addEventListener('offline', () => (says.value = false));

export const offline = computed(
  () => !says.value || (link.value !== null && (link.value.liveness === 'stale' || (link.value.liveness !== 'live' && reachable.value === false))),
);
