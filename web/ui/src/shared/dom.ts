/** What an input, select or textarea holds when its event fires. */
export function valueOf(e: Event): string {
  const x = e.target;
  return x instanceof HTMLInputElement || x instanceof HTMLSelectElement || x instanceof HTMLTextAreaElement ? x.value : '';
}
