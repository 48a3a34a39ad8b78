/** One answer of the server as a page holds it: there, on its way, or failed; read again when what it depends on changes. */
import { onScopeDispose, shallowRef, watch, type ShallowRef, type WatchSource } from 'vue';

export interface Reading<T> {
  readonly data: ShallowRef<T | null>;
  readonly failure: ShallowRef<Error | null>;
  readonly loading: ShallowRef<boolean>;
  /** Asks again; what is shown stays until the answer is there. */
  read(): Promise<void>;
}

/** Reads at once and whenever one of `when` changes. An answer that was overtaken is dropped. */
export function useReading<T>(ask: (signal: AbortSignal) => Promise<T>, ...when: readonly WatchSource[]): Reading<T> {
  const data = shallowRef<T | null>(null);
  const failure = shallowRef<Error | null>(null);
  const loading = shallowRef(false);
  let asked: AbortController | null = null;
  async function read(): Promise<void> {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    loading.value = true;
    try {
      const found = await ask(mine.signal);
      if (mine.signal.aborted) return;
      data.value = found;
      failure.value = null;
    } catch (error) {
      if (mine.signal.aborted) return;
      failure.value = error instanceof Error ? error : new Error(String(error));
    }
    loading.value = false;
  }
  watch([...when], () => void read(), { immediate: true });
  onScopeDispose(() => asked?.abort());
  return { data, failure, loading, read };
}
