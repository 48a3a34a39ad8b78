/** Whether the page is being laid out for paper. Paper is light, whatever the screen is. */
import { shallowRef } from 'vue';
import { applyTheme, dark } from '../../theme';

export const printing = shallowRef(false);
window.matchMedia('print').addEventListener('change', (e) => {
  if (e.matches) {
    document.documentElement.dataset['theme'] = 'light';
    dark.value = false;
  } else applyTheme();
  printing.value = e.matches;
});
