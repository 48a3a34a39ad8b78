/** Names of units and matters, and the grids of one's own community: asked once, kept on the phone, fresh when there is a network. */
import { shallowRef } from 'vue';
import { api, ProblemError, request } from '@shared/api';
import { trust, type Criterion, type Matter, type MatterKey, type Unit } from '@shared/wire';
import type { Cell } from './cells';
import { store } from './store';

export const units = shallowRef<ReadonlyMap<string, Unit>>(new Map());
export const matters = shallowRef<readonly Matter[]>([]);
export const criteria = shallowRef<ReadonlyMap<string, readonly Criterion[]>>(new Map());
export const cells = shallowRef<readonly Cell[]>([]);
/** Keys of the matters reported lately from this phone, newest first. */
export const recent = shallowRef<readonly string[]>([]);

const recents = 8;

export function keyOf(m: MatterKey): string {
  return `${m.scheme}/${m.kind}/${m.code}`;
}

function grouped(all: readonly Criterion[]): ReadonlyMap<string, readonly Criterion[]> {
  const by = new Map<string, Criterion[]>();
  for (const c of all) {
    if (c.matter === undefined) continue;
    const key = keyOf(c.matter);
    const list = by.get(key);
    if (list === undefined) by.set(key, [c]);
    else list.push(c);
  }
  return by;
}

async function kept<T>(name: string, set: (value: T) => void): Promise<void> {
  const value = await store.kept(name);
  if (value !== undefined) set(trust<T>(value));
}

async function fresh<T>(name: string, ask: () => Promise<T>, set: (value: T) => void): Promise<void> {
  const value = await ask();
  set(value);
  await store.keep(name, value);
}

const setUnits = (all: readonly Unit[]): void => void (units.value = new Map(all.map((u) => [u.code, u])));
const setMatters = (all: readonly Matter[]): void => void (matters.value = all);
const setCriteria = (all: readonly Criterion[]): void => void (criteria.value = grouped(all));
const setCells = (all: readonly Cell[]): void => void (cells.value = all);

export async function recallReference(): Promise<void> {
  await Promise.all([
    kept('units', setUnits), kept('matters', setMatters), kept('criteria', setCriteria), kept('cells', setCells),
    kept<readonly string[]>('recent', (list) => (recent.value = list)),
  ]);
}

/** Grids are numbered from 001 in each community without a gap: the first that is not there ends them. */
async function cellsOf(community: string): Promise<readonly Cell[]> {
  const found: Cell[] = [];
  for (let n = 1; n < 100; n++) {
    try {
      found.push(await request<Cell>('GET', `/grid/cells/${community}${String(n).padStart(3, '0')}`));
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) break;
      throw error;
    }
  }
  return found;
}

let loading: Promise<void> | null = null;

export function refreshReference(unit: string): Promise<void> {
  loading ??= (async () => {
    try {
      await Promise.all([
        fresh('units', api.units, setUnits), fresh('matters', api.matters, setMatters), fresh('criteria', api.criteria, setCriteria),
      ]);
      if (/^\d{12}$/.test(unit)) await fresh('cells', () => cellsOf(unit), setCells);
    } finally {
      loading = null;
    }
  })();
  return loading;
}

export async function used(m: MatterKey): Promise<void> {
  const key = keyOf(m);
  recent.value = [key, ...recent.value.filter((k) => k !== key)].slice(0, recents);
  await store.keep('recent', recent.value);
}

/** 桂花社区 of 桂花社区网格工作站, 蓝田村 of 蓝田村委会: how people call the place, not who serves it. */
export function placeName(name: string): string {
  return name.replace(/网格工作站$/, '').replace(/(?:社区)?居委会$/, '社区').replace(/村?村委会$/, '村');
}
