import { expect, test } from 'vitest';
import { commands } from '@shared/wire';
import { bodyOf, forms, lackingFields, offered } from './forms';

const form = (c: string) => {
  const f = forms.find((x) => x.command === c);
  if (f === undefined) throw new Error(`no form for ${c}`);
  return f;
};

test('two commands lie under the thumb, the others a tap further, and none is lost', () => {
  const allowed = ['accept', 'handle', 'return', 'comment', 'attach', 'request-extension'];
  const { first, more } = offered(allowed);
  expect(first.map((f) => f.command)).toEqual(['handle', 'accept']);
  expect([...first, ...more].map((f) => f.command).sort()).toEqual([...allowed].sort());
  expect(offered(['dispatch'])).toEqual({ first: [], more: [] });
});

test('a form is not sent while something it needs is missing', () => {
  expect(lackingFields(form('return'), {})).toEqual(['code', 'reason']);
  expect(lackingFields(form('return'), { code: 'wrong_place', reason: ' ' })).toEqual(['reason']);
  expect(lackingFields(form('confirm'), {})).toEqual([]);
});

test('a body holds what was said and nothing else; a day ends with its working time', () => {
  expect(bodyOf(form('request-suspension'), { until: '2026-12-31', code: '', reason: ' 评审 ' })).toEqual({ until: '2026-12-31T18:00:00+08:00', reason: '评审' });
  expect(bodyOf(form('accept'), { reason: 'x' })).toEqual({});
});

test('every form is of a command of the trade', () => {
  for (const f of forms) expect(commands as readonly string[]).toContain(f.command);
});
