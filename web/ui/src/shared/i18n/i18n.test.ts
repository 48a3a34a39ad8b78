import { expect, test } from 'vitest';
import { commands, flags, grounds, lamps, limitUnits, suspendCodes, roles, correctable, severities, sources, stages, statuses, tiers, escalateCodes, returnCodes } from '../wire';
import { en } from './en';
import { zh } from './zh';

type Tree = { readonly [key: string]: string | Tree };
const keys = (tree: Tree, at = ''): string[] =>
  Object.entries(tree).flatMap(([k, v]) => (typeof v === 'string' ? [`${at}${k}`] : keys(v, `${at}${k}.`)));
const text = (tree: Tree, path: string): string => {
  let x: string | Tree | undefined = tree;
  for (const k of path.split('.')) x = typeof x === 'object' ? x[k] : undefined;
  return typeof x === 'string' ? x : '';
};
const holes = (s: string): string[] => (s.match(/\{\w+\}/g) ?? []).sort();

test('both languages say the same things, with the same holes', () => {
  expect(keys(en).sort()).toEqual(keys(zh).sort());
  for (const k of keys(zh)) {
    expect(text(en, k), `${k} is empty in English`).not.toBe('');
    expect(holes(text(en, k)), k).toEqual(holes(text(zh, k)));
  }
});

test('every code word of the wire has a label', () => {
  const has = (kind: string, codes: readonly string[]): void => {
    for (const c of codes) expect(text(zh, `${kind}.${c}`), `${kind}.${c}`).not.toBe('');
  };
  has('stage', stages);
  has('status', statuses);
  has('tier', tiers);
  has('lamp', lamps);
  has('lampMeans', lamps);
  has('source', sources);
  has('severity', severities);
  has('role', roles);
  has('command', commands);
  has('returnCode', returnCodes);
  has('escalateCode', escalateCodes);
  has('suspendCode', suspendCodes);
  has('limitUnit', limitUnits);
  has('ground', grounds);
  has('flag', flags);
  has('correctField', correctable);
});

test('no text has a character that the message syntax would swallow', () => {
  for (const tree of [zh, en]) for (const k of keys(tree)) expect(text(tree, k), k).not.toMatch(/[@|]/);
});
