/** The grids of campaigns that wait for this inspector, as last heard. */
import { shallowRef } from 'vue';
import { request } from '@shared/api';
import { trust, type Instant, type Lamp, type User } from '@shared/wire';
import { store } from './store';

export interface Round {
  /** Of campaign and grid. */
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly campaign: string;
  readonly grid: string;
  readonly grid_name: string;
  readonly lng: number | null;
  readonly lat: number | null;
  readonly lamp: Lamp;
  readonly due: Instant | null;
}

export const rounds = shallowRef<readonly Round[]>([]);

export async function refreshRounds(u: User): Promise<void> {
  if (u.role !== 'inspector') return;
  try {
    const answer = await request<{ readonly items: readonly Round[] }>('GET', '/tasks/mine');
    rounds.value = answer.items.filter((x) => x.kind === 'campaign');
    void store.keep('rounds', { name: u.name, items: rounds.value });
  } catch {
    const kept = trust<{ readonly name?: string; readonly items?: readonly Round[] } | undefined>(await store.kept('rounds'));
    if (kept?.name === u.name && rounds.value.length === 0) rounds.value = kept.items ?? [];
  }
}
