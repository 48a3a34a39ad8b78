import { expect, test } from 'vitest';
import { keyName } from './keyboard';

const key = (k: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  keyName({ key: k, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test('keys are named as bindings write them', () => {
  expect(key('j')).toBe('j');
  expect(key('J')).toBe('j'); // caps lock
  expect(key('X', { shiftKey: true })).toBe('shift+x');
  expect(key('?', { shiftKey: true })).toBe('?'); // where it lies is the keyboard's business
  expect(key('k', { ctrlKey: true })).toBe('ctrl+k');
  expect(key('k', { metaKey: true })).toBe('ctrl+k');
  expect(key('Enter')).toBe('Enter');
});
