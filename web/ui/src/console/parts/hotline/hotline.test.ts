import { expect, test } from 'vitest';
import { en } from '@shared/i18n/en';
import { zh } from '@shared/i18n/zh';
import type { Incident, TimelineEntry } from '@shared/wire';
import { asTickets, clocks, decisions, ratings, resolutions, ticketStages, ticketTypes, type Ticket, type TicketDetail } from '../../hotline';
import { faceOf, facesOf, lineOf } from './clocks';
import { bodyFor, fieldsOf, lackingIn, offeredFor, ticketKeys } from './commands';
import { ticketSays, ticketTone, type TicketTeller } from './facts';
import { faultName, faultsOf, filtersNothing, freshen, fromTicketQuery, noTicketFilters, toTicketParams, toTicketQuery } from './filters';
import { boxAround, nearFirst } from './near';
import { phrasesOf } from './phrasing';

const at = (text: string): number => Date.parse(`2026-11-${text}:00+08:00`);
const on = (text: string): string => new Date(at(text)).toISOString();
const ticket: TicketDetail = {
  id: 't1', number: '穗1', source: '12345', external_id: '1', city_version: 1, type: 'complaint', stage: 'signed', description: '路灯不亮', matter: null, location: null, community: '', street: '',
  received_at: on('23T09:00'), came_at: on('23T09:00'), due: { city: on('27T09:00'), internal: on('26T09:00'), contact: on('24T09:00') }, overdue: { city: false, internal: false, contact: false },
  signed_at: null, contacted_at: null, replied_at: null, reported_at: null, caller: null, incident: null, resolution: '', rating: '', round: 1, conflict: false, repeat_of: null, lamp: 'green',
  due_explained: { city: null, internal: { due: null, reserve: '1 working_days', counted: null, sentence: '' }, contact: null },
  contacts: [], replies: [], returns: [], ratings: [], redo: null, conflicts: [], allowed: [], position: 1, version: 1,
};

test('a clock that runs, ends soon or is over says so; one that was met stands', () => {
  const state = (clock: 'city' | 'internal' | 'contact', now: string, some: Partial<Ticket> = {}, warn: string | null = null) => faceOf({ ...ticket, ...some }, clock, at(now), warn).state;
  expect(state('internal', '23T10:00')).toBe('running');
  expect(state('internal', '25T20:00')).toBe('soon');
  expect(state('internal', '26T09:00')).toBe('soon'); // reached exactly is not over
  expect(state('internal', '26T09:01')).toBe('over');
  expect(state('city', '26T09:01')).toBe('soon'); // what is left is the reserve
  expect(state('city', '27T10:00')).toBe('over');
  expect(state('city', '24T10:00', {}, on('24T09:00'))).toBe('soon'); // the rules said when
  expect(state('internal', '27T10:00', { replied_at: on('26T09:00') })).toBe('met');
  expect(state('internal', '27T10:00', { replied_at: on('26T09:01') })).toBe('late');
  expect(state('city', '27T10:00', { stage: 'returned' })).toBe('stopped');
  expect(state('city', '27T10:00', { due: { city: null, internal: null, contact: null } })).toBe('none');
  expect(facesOf(ticket, null).map((f) => f.state)).toEqual(['none', 'none', 'none']); // no clock is heard
  expect(facesOf(ticket, at('23T10:00')).map((f) => f.clock)).toEqual([...clocks]);
});

test('the line runs from receipt to the city\'s deadline', () => {
  expect(lineOf(ticket, at('25T09:00'))).toEqual({ contact: 0.25, internal: 0.75, now: 0.5 });
  expect(lineOf({ ...ticket, due: { city: null, internal: null, contact: null } }, at('25T09:00'))).toBeNull();
});

test('filters are the URL, and what is not understood filters nothing', () => {
  const f = fromTicketQuery({ status: 'signed,nowhere', type: 'help', clock: 'internal', street: '440114002', mark: 'repeat', sort: '-received_at', q: '路灯' });
  expect(f).toEqual({ status: ['signed'], type: ['help'], clock: 'internal', street: '440114002', mark: 'repeat', sort: '-received_at', q: '路灯' });
  expect(fromTicketQuery(toTicketQuery(f))).toEqual(f);
  expect(toTicketParams(f)).toEqual({ status: 'signed', type: 'help', clock: 'internal', street: '440114002', repeat: true, sort: '-received_at', q: '路灯' });
  expect(fromTicketQuery({ clock: 'lunch', street: 'x', mark: 'y', sort: 'z', q: 3 })).toEqual(noTicketFilters);
  expect(filtersNothing({ ...noTicketFilters, sort: '-received_at' })).toBe(true);
  expect(filtersNothing({ ...noTicketFilters, q: '  ' })).toBe(true);
});

test('rows under the eye stay where they are, brought up to date; new ones are only counted', () => {
  const row = (id: string, stage: Ticket['stage'] = 'received'): Ticket => ({ ...ticket, id, stage });
  const { rows, fresh } = freshen([row('b'), row('a')], [row('c'), row('a', 'signed'), row('b')]);
  expect(rows.map((r) => `${r.id} ${r.stage}`)).toEqual(['b received', 'a signed']);
  expect(fresh).toBe(1);
});

test('a fault of a file names its line and column', () => {
  expect(faultsOf([
    { pointer: '/3/location/crs', detail: 'line 3, location.crs: expected value to be one of "wgs84, gcj02"' },
    { pointer: '/4/caller/phone', detail: 'line 4, caller.phone: is required' },
    { pointer: '', detail: 'line 6: 3 cells, the header has 9' }, { pointer: '', detail: 'the file is empty' },
  ])).toEqual([
    { line: 3, column: 'crs', detail: 'expected value to be one of "wgs84, gcj02"' }, { line: 4, column: 'caller_phone', detail: 'is required' },
    { line: 6, column: '', detail: '3 cells, the header has 9' }, { line: 0, column: '', detail: 'the file is empty' },
  ]);
  expect(['is required', 'expected value to be one of "a"', '3 cells, the header has 9', 'is odd'].map(faultName)).toEqual(['required', 'oneOf', 'cells', '']);
});

test('only what the server allows is offered, in the order of the way, each under a key of its own', () => {
  expect(offeredFor(['rule', 'reply', 'contact', 'view-caller', 'dance']).map((s) => s.command)).toEqual(['contact', 'reply', 'rule']);
  expect(new Set(ticketKeys.map(([k]) => k)).size).toBe(ticketKeys.length);
  for (const [k] of ticketKeys) expect(['j', 'k', 'c', '/', '?']).not.toContain(k);
});

test('a form asks for what its answer needs, and sends nothing else', () => {
  const review = fieldsOf('review', ticket);
  expect(lackingIn(review, {})).toEqual(['pass']);
  expect(lackingIn(review, { pass: true })).toEqual([]);
  expect(lackingIn(review, { pass: false, reason: ' ' })).toEqual(['reason']);
  expect(bodyFor(review, { pass: true, reason: 'left over' })).toEqual({ pass: true });
  expect(bodyFor(review, { pass: false, reason: ' again ' })).toEqual({ pass: false, reason: 'again' });

  const callback = fieldsOf('callback', ticket);
  expect(bodyFor(callback, { result: 'satisfied', for_cause: true })).toEqual({ result: 'satisfied' });
  expect(bodyFor(callback, { result: 'not_satisfied', for_cause: true })).toEqual({ result: 'not_satisfied', for_cause: true });

  // Only while a return is asked can the city rule on one; its clock it may move at any time.
  expect(fieldsOf('rule', ticket)[0]?.codes).toEqual(['moved']);
  const rule = fieldsOf('rule', { ...ticket, stage: 'returning' });
  expect(rule[0]?.codes).toEqual([...decisions]);
  expect(lackingIn(rule, { decision: 'moved' })).toEqual(['due_at']);
  expect(bodyFor(rule, { decision: 'moved', due_at: '2026-12-01T09:00' })).toEqual({ decision: 'moved', due_at: '2026-12-01T09:00:00+08:00' });

  expect(fieldsOf('redo', ticket).map((f) => f.name)).toEqual(['person', 'reason']);
  const asked = { at: on('23T09:00'), by: 'a', person: 'b', reason: 'c', decided_at: null, approver: '', approved: null };
  expect(fieldsOf('redo', { ...ticket, redo: asked }).map((f) => f.name)).toEqual(['approve', 'reason']);
});

const teller: TicketTeller = { t: (key, named) => `${key}${named === undefined ? '' : JSON.stringify(named)}`, label: (kind, code) => (code === '' ? '' : `${kind}.${code}`), when: (x) => x };
test('each fact says its own in one line, and stands out as much as it should', () => {
  const says = (type: string, d: Record<string, unknown>): string => ticketSays(`ticket.${type}`, d, teller);
  expect(says('received', { content: { version: 2, type: 'help', text: '积水' } })).toBe('hotline.cityVersion{"n":2} · ticketType.help · 积水');
  expect(says('contacted', { reached: false, when: 'x', note: 'n' })).toBe('hotline.notReached · hotline.calledAt{"t":"x"} · n');
  expect(says('linked', { incident: 'i', number: '44-1' })).toBe('→ 44-1');
  expect(says('reviewed', { passed: false, reason: 'r' })).toBe('hotline.reviewBack · r');
  expect(says('ruled', { decision: 'moved', due_at: 'd', number: '7' })).toBe('decision.moved · → d · 7');
  expect(says('called_back', { result: 'not_satisfied', for_cause: true })).toBe('rating.not_satisfied · hotline.forCause');
  expect(says('expired', { clock: 'city', due: 'd' })).toBe('ticketClock.city · hotline.dueAt{"t":"d"}');
  expect(says('repeated', { number: 'N', count: 2 })).toBe('→ N · hotline.repeatTimes{"n":2}');
  expect(says('caller_viewed', { reason: 'r' })).toBe('r');
  expect(['conflicted', 'expired', 'warned', 'signed'].map((x) => ticketTone(`ticket.${x}`, {}))).toEqual(['red', 'red', 'yellow', '']);
  expect(ticketTone('ticket.reviewed', { passed: true })).toBe('');
});

const incident = (id: string, lng: number, code: string): Incident => ({ ...({} as Incident), id, location: { lng, lat: 23.4, address: '' }, matter: { scheme: 's', kind: 'matter', code, name: code } });
test('incidents nearby: the same matter first, then the nearest, none beyond the circle', () => {
  const here = { lng: 113.2, lat: 23.4 };
  const found = nearFirst([incident('far', 113.21, '1'), incident('b', 113.2015, '1'), incident('a', 113.2005, '2')], here, { scheme: 's', kind: 'matter', code: '1' }, 300);
  expect(found.map((n) => `${n.incident.id} ${n.same} ${Math.round(n.meters ?? -1)}`)).toEqual(['b true 153', 'a false 51']);
  const [w = 0, s = 0, e = 0, n = 0] = boxAround(here, 300).split(',').map(Number);
  expect([(e - w) / 2, (n - s) / 2].map((x) => x.toFixed(4))).toEqual(['0.0029', '0.0027']);
});

test('a consult is told to the city as a consult; what is under way is not told as done', () => {
  const t = (key: string): string => key;
  const around = { incident: null, now: at('23T10:00'), area: (x: string): string => x };
  expect(phrasesOf('city', { ...around, ticket: { ...ticket, type: 'consult' } }, t)).toEqual(['hotline.cityPhraseConsult']);
  const open = { ...incident('i', 113.2, '1'), holder: null, handled_at: null, closed_at: null, due: { stage: null, total: null } };
  expect(phrasesOf('city', { ...around, ticket, incident: open }, t)[0]).toBe('hotline.cityPhraseOpen');
  expect(phrasesOf('city', { ...around, ticket, incident: { ...open, handled_at: on('23T09:30'), result: '已清理' } }, t)[0]).toBe('hotline.cityPhraseDone');
  expect(phrasesOf('reply', { ...around, ticket, incident: open }, t)[0]).toBe('hotline.callerPhraseOpen');
});

test('every word of the hotline has a label in both languages', () => {
  const stored: readonly TimelineEntry['type'][] = [
    'received', 'changed', 'noted', 'conflicted', 'signed', 'contacted', 'linked', 'replied', 'reviewed', 'return_asked', 'ruled', 'called_back', 'redo_asked', 'redo_decided', 'warned', 'expired', 'repeated', 'caller_viewed',
  ];
  for (const tree of [zh, en]) {
    const has = (words: Readonly<Record<string, string>>, codes: readonly string[]): void => { for (const c of codes) expect(words[c], c).toBeTruthy(); };
    has(tree.ticketType, ticketTypes);
    has(tree.ticketStage, ticketStages);
    has(tree.resolution, resolutions);
    has(tree.rating, ratings);
    has(tree.decision, decisions);
    has(tree.ticketClock, clocks);
    has(tree.ticketEvent, stored);
    has(tree.ticketCommand, ticketKeys.map(([, c]) => c));
    const sentences: Readonly<Record<string, string>> = tree.hotline;
    for (const command of ['reply', 'review', 'return', 'rule', 'callback', 'redo']) {
      for (const f of fieldsOf(command, ticket)) has(sentences, [f.label, f.yes, f.no, f.hint].filter((k) => k !== undefined));
    }
  }
});

test('a file is taken by what it is called', () => {
  expect(asTickets(new File([''], 'a.CSV'))?.type).toBe('text/csv');
  expect(asTickets(new File([''], 'a.xlsx'))?.type).toMatch(/spreadsheetml/);
  expect(asTickets(new File([''], 'a.pdf'))).toBeNull();
});
