/** Whom a command may be given to, as choices of a list: those that routing names first, each with its reason. */
import { computed, type ComputedRef } from 'vue';
import type { Candidate, Incident } from '@shared/wire';
import { ground } from './moves';
import type { Choice } from './parts/ComboBox.vue';
import { under, unit, unitName, units } from './reference';

interface Words {
  readonly suggested: string;
  kind(code: string): string;
}

/** The desk that gives it on: the holder while that is a desk, else the one above the holder. */
export function deskOf(i: Incident): string {
  const holder = i.holder?.unit ?? '';
  const u = unit(holder);
  return u === undefined || u.desk === true || /^(\d{6}|\d{9}|\d{12})$/.test(holder) ? holder : (u.parent ?? holder);
}

/** Units to dispatch or transfer to. */
export function reachable(i: Incident, command: string, candidates: readonly Candidate[], words: Words): readonly Choice[] {
  const holder = i.holder?.unit ?? '';
  const from = command === 'transfer' ? (unit(holder)?.parent ?? holder) : holder;
  const near = new Set(under(from).map((u) => u.code));
  const best = candidates.filter((c) => c.unit !== holder);
  return [
    ...best.map((c) => ({ value: c.unit, label: c.name || unitName(c.unit), hint: ground(c.reason), group: words.suggested })),
    ...units.value.filter((u) => near.has(u.code) && !best.some((c) => c.unit === u.code)).map((u) => ({ value: u.code, label: u.name, hint: u.code, group: words.kind(u.kind) })),
  ];
}

/** Units that could help, confer or lead: those under the desk, and every department where the district leads. */
export function partners(i: Incident, words: Words): readonly Choice[] {
  const desk = i.coordination?.desk ?? deskOf(i);
  const wide = desk.length === 6;
  return units.value
    .filter((u) => u.kind !== 'station' && (wide ? u.code !== desk : u.parent === desk || u.code.startsWith(`${desk}-`) || u.kind === 'department' || u.kind === 'owner'))
    .map((u) => ({ value: u.code, label: u.name, hint: u.code, group: words.kind(u.kind) }));
}

/** Branches stationed in the street of the incident. */
export function branches(i: Incident): readonly Choice[] {
  return units.value
    .filter((u) => u.kind === 'branch' && (u.parent === i.street || u.code.startsWith(`${i.street}-`)))
    .map((u) => ({ value: u.code, label: u.name, hint: u.duties ?? u.code }));
}

export function useUnitChoices(i: () => Incident, command: () => string, candidates: () => readonly Candidate[], words: () => Words): ComputedRef<Readonly<Record<'unit' | 'lead' | 'branch' | 'units' | 'helpers', readonly Choice[]>>> {
  return computed(() => {
    const all = partners(i(), words());
    const named = new Set((i().coordination?.units ?? []).map((u) => u.unit));
    return {
      unit: reachable(i(), command(), candidates(), words()), branch: branches(i()), units: all, helpers: all,
      lead: [...all.filter((c) => named.has(c.value)).map((c) => ({ ...c, group: words().suggested })), ...all.filter((c) => !named.has(c.value))],
    };
  });
}
