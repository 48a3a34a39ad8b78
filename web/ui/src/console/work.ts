/** Commands on their way: what is being given to which incident, and the notes that say how it went. */
import { shallowRef } from 'vue';
import { newKey } from '@shared/api';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'plain';
  readonly text: string;
}

export const toasts = shallowRef<readonly Toast[]>([]);
let nextToast = 1;

export function say(text: string, tone: Toast['tone'] = 'plain'): void {
  const toast = { id: nextToast++, tone, text };
  toasts.value = [...toasts.value, toast].slice(-4);
  setTimeout(() => (toasts.value = toasts.value.filter((x) => x !== toast)), tone === 'bad' ? 8_000 : 4_000);
}

/** A command whose form is open in the panel or on the page. */
export const opened = shallowRef<{ readonly id: string; readonly command: string; readonly preset: Readonly<Record<string, unknown>> } | null>(null);
/** The caller of an incident, as they were shown this once. */
export const callerShown = shallowRef<{ readonly id: string; readonly name: string; readonly phone: string } | null>(null);
/** A bulk command whose sheet is open. */
export interface Bulk {
  readonly ids: readonly string[];
  readonly command: string;
  readonly preset: Readonly<Record<string, unknown>>;
  /** Nothing is left to fill in: begin at once. */
  readonly run: boolean;
}
export const bulk = shallowRef<Bulk | null>(null);
export const reporting = shallowRef(false);
/** The place of the new report, set by a click on the map. */
export const pin = shallowRef<readonly [lng: number, lat: number] | null>(null);
export const paletteOpen = shallowRef(false);
export const keysOpen = shallowRef(false);
/** Rows are being dragged: units show themselves as targets. */
export const dragging = shallowRef<readonly string[] | null>(null);
/** The map looks back to this instant (ms); null: now. */
export const past = shallowRef<number | null>(null);

/**
 * Returns the idempotency key of an intention: the same while the same thing is asked,
 * another as soon as something else is. So a retry after a broken line does nothing
 * twice, and a corrected form is not taken for the former one.
 */
export function keyring(): (body: unknown) => string {
  let last = '';
  let key = '';
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last) {
      last = text;
      key = newKey();
    }
    return key;
  };
}
