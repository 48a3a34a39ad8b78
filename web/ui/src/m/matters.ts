/** Finding a matter among hundreds: recent ones first, then by class, then by what is typed. */
import type { Matter } from '@shared/wire';
import { keyOf } from './reference';

/** A class without its two spellings: 市政公用设施 and 市政公用设施类 are one to whoever looks for a bin. */
export function className(of: string | undefined): string {
  return (of ?? '').replace(/类$/, '');
}

export interface MatterGroup {
  readonly name: string;
  readonly matters: readonly Matter[];
}

/** Matters by class in catalogue order; those that can be filed at once come first in each. */
export function groups(all: readonly Matter[]): readonly MatterGroup[] {
  const by = new Map<string, Matter[]>();
  for (const m of all) {
    const name = className(m.class);
    const list = by.get(name);
    if (list === undefined) by.set(name, [m]);
    else list.push(m);
  }
  const first = (m: Matter): number => (m.activated === false ? 1 : 0) + (m.kind === 'matter' ? 0 : 0.5);
  return [...by].map(([name, matters]) => ({ name, matters: [...matters].sort((a, b) => first(a) - first(b)) }));
}

/** Matters whose name or code holds what was typed, names that begin with it first. */
export function search(all: readonly Matter[], typed: string, limit = 60): readonly Matter[] {
  const words = typed.trim().toLowerCase().split(/\s+/).filter((w) => w !== '');
  if (words.length === 0) return [];
  const score = (m: Matter): number => {
    const name = m.name.toLowerCase();
    const text = `${name} ${m.code} ${className(m.class)}`;
    if (!words.every((w) => text.includes(w))) return -1;
    return (name.startsWith(words[0] ?? '') ? 4 : 0) + (words.every((w) => name.includes(w)) ? 2 : 0) + (m.activated === false ? 0 : 1);
  };
  return all
    .map((m, i) => ({ m, i, s: score(m) }))
    .filter((x) => x.s >= 0)
    .sort((a, b) => b.s - a.s || a.i - b.i)
    .slice(0, limit)
    .map((x) => x.m);
}

/** The matters behind remembered keys; one that left the catalogue is left out. */
export function recalled(all: readonly Matter[], keys: readonly string[]): readonly Matter[] {
  const by = new Map(all.map((m) => [keyOf(m), m]));
  return keys.map((k) => by.get(k)).filter((m) => m !== undefined);
}
