/** Keys of a page. They are silent inside inputs and while a text is being composed. */

/** The name of a pressed key as bindings write it: `j`, `shift+x`, `?`, `Enter`, `ctrl+k`. */
export function keyName(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  const letter = key >= 'a' && key <= 'z' && key.length === 1;
  return `${e.ctrlKey || e.metaKey ? 'ctrl+' : ''}${e.altKey ? 'alt+' : ''}${e.shiftKey && letter ? 'shift+' : ''}${key}`;
}

/** Whether typing goes somewhere: then single keys mean letters, not commands. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export type Bindings = ReadonlyMap<string, () => boolean | void>;

/**
 * Runs the binding of each pressed key until the returned function is called. A
 * binding that answers false did nothing, and the key goes on to the browser.
 */
export function listen(target: Document, bindings: () => Bindings): () => void {
  const onKey = (e: KeyboardEvent): void => {
    if (e.isComposing || e.defaultPrevented) return;
    const name = keyName(e);
    if (typing(e.target) && !name.startsWith('ctrl+') && name !== 'Escape') return;
    const run = bindings().get(name);
    if (run !== undefined && run() !== false) e.preventDefault();
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}
