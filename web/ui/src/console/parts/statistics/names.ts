/** What a row is called, in whatever it is grouped by. */
import { useLabels } from '@shared/labels';
import { areaName, matterName, unitName } from '../../reference';
import type { Grouping, StatRow } from '../../statistics';

export function useNames() {
  const { t, label, locale } = useLabels();
  const nameOfKey = (by: Grouping, key: string, name = ''): string => {
    if (key === '') return by === 'matter' ? label('flag', 'no_matter') : by === 'person' ? personOf('') : by === 'street' || by === 'community' ? label('flag', 'outside_grid') : t('stats.na');
    switch (by) {
      case 'street': case 'community': return areaName(key);
      case 'unit': return name || unitName(key);
      case 'matter': return name || matterName(key.split('/').at(-1) ?? key);
      case 'source': return label('source', key);
      case 'tier': return label('tier', key);
      case 'person': return name || personOf(key);
      case 'day': return key.slice(5);
      case 'month': return key;
    }
  };
  /** An account; what the program or the simulation did in somebody's place says so. */
  const personOf = (account: string): string => {
    if (account === '') return t('behind.workflow');
    const simulated = /^system:simulation:(?:patrol-)?([\w-]+)(?::(\w+))?$/.exec(account);
    if (simulated !== null) return `${areaName(simulated[1])} ${label('role', simulated[2] ?? 'inspector')} · ${t('flag.simulated')}`;
    return account.startsWith('system:') ? t('behind.workflow') : account;
  };
  const nameOf = (by: Grouping, r: Pick<StatRow, 'key' | 'name'>): string => nameOfKey(by, r.key, r.name);
  /** What the catalogue says in two languages, in the one that is spoken. */
  const said = (zh: string, en: string): string => (locale.value === 'zh' || en === '' ? zh : en);
  return { nameOf, nameOfKey, personOf, said };
}
