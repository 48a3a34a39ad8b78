/** Light, dark, or as the system has it. The map listens too, for a canvas reads no CSS. */
import { shallowRef } from 'vue';

export type Theme = 'system' | 'light' | 'dark';
const remembered = 'gridcommand.theme';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

const read = (): Theme => {
  const v = localStorage.getItem(remembered);
  return v === 'dark' || v === 'system' ? v : 'light';
};
export const theme = shallowRef<Theme>(read());
/** What is drawn now. */
export const dark = shallowRef(false);

export function applyTheme(next: Theme = theme.value): void {
  theme.value = next;
  localStorage.setItem(remembered, next);
  dark.value = next === 'dark' || (next === 'system' && systemDark.matches);
  document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light';
}
systemDark.addEventListener('change', () => applyTheme());
