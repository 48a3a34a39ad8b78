/** Units, matters and criteria: loaded once after log-in, looked up by code everywhere. */
import { computed, shallowRef } from 'vue';
import { api } from '@shared/api';
import type { Criterion, Matter, Unit } from '@shared/wire';

export const units = shallowRef<readonly Unit[]>([]);
export const matters = shallowRef<readonly Matter[]>([]);
export const criteria = shallowRef<readonly Criterion[]>([]);

const byCode = computed(() => new Map(units.value.map((u) => [u.code, u])));
const matterByCode = computed(() => new Map(matters.value.map((m) => [m.code, m])));

export async function loadReference(): Promise<void> {
  const [u, m, c] = await Promise.all([api.units(), api.matters(), api.criteria()]);
  units.value = u;
  matters.value = m;
  criteria.value = c;
}

export const unit = (code: string): Unit | undefined => byCode.value.get(code);
export const matterName = (code: string): string => matterByCode.value.get(code)?.name ?? code;

/** A unit's name as lists show it; an area without a unit keeps its code. */
export function unitName(code: string | null | undefined): string {
  if (code === null || code === undefined || code === '') return '';
  return byCode.value.get(code)?.name ?? code;
}

/** 花城街道 of 440114002: the street's own name, without the words for its command center. */
export function areaName(code: string | null | undefined): string {
  return unitName(code).replace(/(网格化)?(服务管理|综合)?(指挥中心|网格工作站|网格站|工作站)$/, '').replace(/（?村?（?社区）?）?$/, '') || unitName(code);
}

/** A unit that a row names: by its code, or by a template that stands for the one of each street. */
export function unitInStreet(code: string, street: string): string {
  const own = byCode.value.get(code) ?? byCode.value.get(`${street}-${code}`);
  return own?.name ?? code;
}

export const streets = computed(() => units.value.filter((u) => u.code.length === 9 && /^\d+$/.test(u.code)));

/** The units that stand under a desk, by kind: who it can dispatch to. */
export function under(desk: string): readonly Unit[] {
  return units.value.filter((u) => u.parent === desk && u.code !== desk);
}

/** The criteria of a matter, in file order. */
export function criteriaOf(m: { readonly scheme: string; readonly kind: string; readonly code: string } | null): readonly Criterion[] {
  if (m === null) return [];
  return criteria.value.filter((c) => c.matter?.code === m.code && c.matter.scheme === m.scheme && c.matter.kind === m.kind);
}
