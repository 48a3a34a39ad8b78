/** A write from a page: one at a time, sent again with the same key, its refusal kept as a sentence to be shown. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { ProblemError } from '@shared/api';
import { outcomeUnknown, refusalText } from './refusal';
import { keyring } from './work';

export interface Doing {
  readonly busy: Ref<boolean>;
  /** Why it was refused; empty: it was not. */
  readonly wrong: Ref<string>;
  readonly error: ShallowRef<Error | null>;
  /** Does it; undefined when it was refused or nobody answered. */
  run<T>(body: unknown, write: (body: unknown, key: string) => Promise<T>): Promise<T | undefined>;
}

export function useDoing(): Doing {
  const { t, te, locale } = useI18n();
  const busy = ref(false);
  const wrong = ref('');
  const error = shallowRef<Error | null>(null);
  const keyOf = keyring();
  async function run<T>(body: unknown, write: (body: unknown, key: string) => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    wrong.value = '';
    error.value = null;
    try {
      return await write(body, keyOf(body));
    } catch (e) {
      error.value = e instanceof Error ? e : new Error(String(e));
      wrong.value = e instanceof ProblemError && !outcomeUnknown(e) ? refusalText(e, t, te, locale.value) : t('form.unknownOutcome');
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  return { busy, wrong, error, run };
}
