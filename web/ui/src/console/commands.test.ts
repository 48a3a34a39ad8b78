import { expect, test } from 'vitest';
import { ProblemError } from '@shared/api';
import { commands, readProblem } from '@shared/wire';
import { body, bulkCommands, grouped, inFront, missing, offered, specs } from './commands';
import { outcomeUnknown, refusalText } from './refusal';
import { keyring } from './work';

const spec = (command: string) => {
  const found = specs.find((s) => s.command === command);
  if (found === undefined) throw new Error(command);
  return found;
};

test('every command has one form, and no two share a key', () => {
  expect(specs.map((s) => s.command).sort()).toEqual([...commands].sort());
  const keys = specs.map((s) => s.key).filter((k) => k !== null);
  expect(new Set(keys).size).toBe(keys.length);
  // Taken by the list and the page: new, move, select, search, box, help.
  for (const k of ['c', 'j', 'k', 'x', '/', 'b', '?']) expect(keys).not.toContain(k);
});

test('only what the server allows is offered, and nothing it allows is lost', () => {
  const allowed = ['comment', 'dispatch', 'escalate', 'void', 'attach', 'fly'];
  const all = offered(allowed);
  expect(all.map((s) => s.command)).toEqual(['dispatch', 'escalate', 'comment', 'attach', 'void']);
  const { front, rest } = inFront(all);
  expect([...front, ...rest].length).toBe(all.length);
  expect(rest.map((s) => s.command)).toContain('void');
});

test('a body holds what was filled in and nothing else', () => {
  expect(missing(spec('return'), { code: 'wrong_place' })).toEqual(['reason']);
  expect(body(spec('return'), { code: 'wrong_place', reason: ' 不在辖区 ', stray: 1, note: '' })).toEqual({ code: 'wrong_place', reason: '不在辖区' });
  expect(missing(spec('close'), { closing_condition_met: false })).toEqual(['closing_condition_met']);
  expect(missing(spec('close'), { closing_condition_met: true })).toEqual([]);
  expect(bulkCommands.every((c) => specs.some((s) => s.command === c))).toBe(true);
});

test('a correction puts field and value side by side, and either of team and person will do', () => {
  expect(missing(spec('correct'), { reason: '看错' })).toEqual(['correction']);
  expect(body(spec('correct'), { correction: { field: 'severity', value: 'urgent' }, reason: '看错' })).toEqual({ field: 'severity', value: 'urgent', reason: '看错' });
  expect(missing(spec('assign'), {})).toEqual(['team']);
  expect(missing(spec('assign'), { person: 'li' })).toEqual([]);
  expect(missing(spec('spot-check'), { genuine: true })).toEqual([]);
  expect(missing(spec('spot-check'), { genuine: false })).toEqual(['reason']);
});

test('a menu loses nothing, and what destroys stands last in its group', () => {
  const menu = grouped(specs);
  expect(menu.flat().length).toBe(specs.length);
  expect(menu.find((g) => g.some((s) => s.command === 'void'))?.at(-1)?.command).toBe('void');
});

test('an intention keeps its key until it is another', () => {
  const keyOf = keyring();
  const first = keyOf({ reason: 'a' });
  expect(keyOf({ reason: 'a' })).toBe(first);
  expect(keyOf({ reason: 'b' })).not.toBe(first);
  expect(keyOf({ reason: 'a' })).not.toBe(first);
});

test('a refusal speaks Chinese first, then our sentence, then the server', () => {
  const t = (k: string): string => k;
  const has = (k: string): boolean => k === 'refusal.difficult';
  const of = (x: object, status = 422): ProblemError => new ProblemError(readProblem(status, x));
  expect(refusalText(of({ code: 'difficult', detail: 'no', detail_zh: '疑难件须经会商' }), t, has, 'zh')).toBe('疑难件须经会商');
  expect(refusalText(of({ code: 'difficult', detail: '' }), t, has, 'zh')).toBe('refusal.difficult');
  expect(refusalText(of({ code: 'difficult', detail: 'only coordination moves it' }), t, has, 'en')).toBe('only coordination moves it');
  expect(refusalText(of({ code: 'x' }, 503), t, has, 'zh')).toBe('error.overloaded');
  expect(refusalText(of({}, 502), t, has, 'zh')).toBe('error.server');
  expect(outcomeUnknown(of({ code: 'timeout' }, 503))).toBe(true);
  expect(outcomeUnknown(of({}, 502))).toBe(true);
  expect(outcomeUnknown(of({ code: 'overloaded' }, 503))).toBe(false);
  expect(outcomeUnknown(of({ code: 'not_the_holder' }))).toBe(false);
});
