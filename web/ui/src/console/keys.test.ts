import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { zh } from '@shared/i18n/zh';

type Tree = { readonly [key: string]: string | Tree };
const has = (path: string): boolean => {
  let x: string | Tree | undefined = zh;
  for (const k of path.split('.')) x = typeof x === 'object' ? x[k] : undefined;
  return typeof x === 'string';
};
function files(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(vue|ts)$/.test(name) && !name.endsWith('.test.ts') ? [path] : [];
  });
}

// A key is only text to the compiler: one that no language has would be shown to people as it is.
test('every text that a page of the console asks for by name is there', () => {
  const missing: string[] = [];
  for (const path of files(resolve(import.meta.dirname))) {
    const source = readFileSync(path, 'utf8');
    for (const [, key] of source.matchAll(/\bt\(\s*'([a-z]\w*(?:\.[\w-]+)+)'/gi)) {
      if (key !== undefined && !has(key)) missing.push(`${key} in ${path.split('/').at(-1)}`);
    }
  }
  expect(missing).toEqual([]);
});
