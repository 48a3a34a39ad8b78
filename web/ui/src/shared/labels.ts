/** Words for codes. A code that no language knows is shown as it is, never hidden. */
import { useI18n } from 'vue-i18n';
import { spanText, type Left } from './timeleft';
import type { Incident } from './wire';

export function useLabels() {
  const { t, te, locale } = useI18n();
  const label = (kind: string, code: string | null | undefined): string => {
    if (code === null || code === undefined || code === '') return '';
    const key = `${kind}.${code}`;
    return te(key) || te(key, 'zh') ? t(key) : code;
  };
  /** The stage of an incident, or how it ended; handling that nobody signed for is visible. */
  const standing = (i: Pick<Incident, 'status' | 'stage'> & { readonly accepted?: boolean }): string => {
    if (i.status !== 'open' || i.stage === null) return label('status', i.status);
    return i.stage === 'handling' && i.accepted === false ? t('stage.handling_unaccepted') : label('stage', i.stage);
  };
  const span = (left: Left): string =>
    left.kind === 'none'
      ? ''
      : spanText(left.span, {
          day: t('time.day'), hour: t('time.hour'), minute: t('time.minute'), underMinute: t('time.underMinute'), joiner: t('time.joiner'),
        });
  const limit = (n: number, unit: string): string => `${n} ${label('limitUnit', unit)}`;
  return { t, te, locale, label, standing, span, limit };
}
