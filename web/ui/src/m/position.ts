/** Where the phone is, while somebody looks at it or is on duty. Nothing is kept here. */
import { onBeforeUnmount, onMounted, shallowRef } from 'vue';
import type { Here } from './tasks';

export type Fix =
  | { readonly kind: 'searching' }
  | { readonly kind: 'found'; readonly here: Here; readonly at: number }
  | { readonly kind: 'denied' }
  | { readonly kind: 'none' };

export const fix = shallowRef<Fix>({ kind: 'searching' });

let watchers = 0;
let id: number | null = null;

function start(): void {
  if (!('geolocation' in navigator)) {
    fix.value = { kind: 'none' };
    return;
  }
  id = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      fix.value = {
        kind: 'found', at: timestamp, here: { lng: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy },
      };
    },
    (error) => {
      if (error.code === error.PERMISSION_DENIED) fix.value = { kind: 'denied' };
      else if (fix.value.kind !== 'found') fix.value = { kind: 'none' };
    },
    { enableHighAccuracy: true, maximumAge: 10_000, timeout: 20_000 },
  );
}

function stop(): void {
  if (id !== null) navigator.geolocation.clearWatch(id);
  id = null;
}

/** Keeps the position fresh until the function returned is called. */
export function keepWatching(): () => void {
  if (watchers++ === 0) start();
  return () => {
    if (--watchers === 0) stop();
  };
}

/** Keeps the position fresh while the calling component is shown. */
export function usePosition(): typeof fix {
  let release: (() => void) | null = null;
  onMounted(() => (release = keepWatching()));
  onBeforeUnmount(() => release?.());
  return fix;
}

/** Asks again after the user changed a setting. */
export function askAgain(): void {
  stop();
  fix.value = { kind: 'searching' };
  start();
}
