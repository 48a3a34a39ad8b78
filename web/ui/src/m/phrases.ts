/** Phrases that a desk keeps for its reasons, as last heard: a tap instead of typing. */
import { query, request } from '@shared/api';
import type { MatterKey } from '@shared/wire';
import { store } from './store';

interface Phrase {
  readonly text: string;
}

export async function phrases(kind: string, matter: MatterKey | null): Promise<readonly string[]> {
  const name = `phrases/${kind}/${matter === null ? '' : `${matter.scheme}/${matter.kind}/${matter.code}`}`;
  try {
    const of = matter === null ? {} : { matter: `${matter.scheme}/${matter.kind}/${matter.code}` };
    const answer = await request<{ readonly items: readonly (Phrase | string)[] }>('GET', `/phrases${query({ kind, ...of })}`);
    const list = answer.items.map((x) => (typeof x === 'string' ? x : x.text)).filter((x) => !x.includes('{'));
    void store.keep(name, list);
    return list;
  } catch {
    const kept = await store.kept(name);
    return Array.isArray(kept) ? kept.filter((x) => typeof x === 'string') : [];
  }
}
