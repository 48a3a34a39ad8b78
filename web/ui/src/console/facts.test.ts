import { expect, test } from 'vitest';
import { zh } from '@shared/i18n/zh';
import type { TimelineEntry } from '@shared/wire';
import { says, type Teller } from './facts';

type Tree = { readonly [key: string]: string | Tree };
function t(key: string, named: Record<string, unknown> = {}): string {
  let x: string | Tree | undefined = zh;
  for (const k of key.split('.')) x = typeof x === 'object' ? x[k] : undefined;
  return typeof x === 'string' ? x.replace(/\{(\w+)\}/g, (_, k: string) => String(named[k] ?? '')) : key;
}
const teller: Teller = {
  t,
  label: (kind, code) => (code === '' ? '' : t(`${kind}.${code}`)),
  unit: (code) => ({ S01: '综合执法队', B02: '派出所', D01: '区城管局' })[code] ?? code,
  when: (at) => at.slice(5, 16).replace('T', ' '),
  limit: (n, unit) => `${n} ${unit}`,
  criterion: () => '',
  matter: (code) => (code === '06010' ? '暴露垃圾' : ''),
};
const fact = (type: string, data: Record<string, unknown>): TimelineEntry => ({
  position: 1, version: 1, at: '', type: `incident.${type}`, actor: '', actor_name: '', role: '', unit: '', unit_name: '', data, due_explained: [],
});

test('each fact of the trade says in one line whom, why and until when', () => {
  const told = (type: string, data: Record<string, unknown>): string => says(fact(type, data), teller);
  expect(told('dispatched', { unit: 'S01', reason: '最近', helpers: [{ unit: 'B02', task: '维持秩序' }] })).toBe('→ 综合执法队 · 最近 · 协办 派出所 · 维持秩序');
  expect(told('return_requested', { code: 'not_our_duty', reason: '属环卫', clause: '清单第 9 条' })).toBe('非本单位职责 · 属环卫 · 对方权责条款：清单第 9 条');
  expect(told('return_refused', { silent: true })).toBe('到期未答复，视为驳回');
  expect(told('suspension_granted', { code: 'season', reason: '汛期', until: '2026-12-01T18:00:00+08:00' })).toBe('季节、汛期 · 汛期 · 挂账至 12-01 18:00');
  expect(told('resumed', { auto: true })).toBe('到期恢复');
  expect(told('called', { n: 1, unit: 'B02', task: '出警', arrive: { due: '2026-11-23T10:30:00+08:00' } })).toBe('→ 派出所 · 出警 · 截止 11-23 10:30');
  expect(told('coordination_concluded', { lead: 'D01', helpers: [], ruling: { number: '2026-7' } })).toBe('主办单位 区城管局 · 职责裁定 2026-7');
  expect(told('corrected', { field: 'matter', matter: { scheme: 's', kind: 'event', code: '06010' }, reason: '看错了' })).toBe('更正事项 · 暴露垃圾 · 看错了');
  expect(told('spot_checked', { genuine: false, unit: 'S01', reason: '垃圾还在' })).toBe('虚假处置 · 综合执法队 · 垃圾还在');
  expect(told('recurred', { number: '440114-20261101-00009', count: 4 })).toBe('上一次：440114-20261101-00009 · 第 4 次');
  expect(told('appealed', { grounds: ['timeout', 'return'], reason: '停电' })).toBe('超时、退单 · 停电');
  expect(told('lapsed', { of: 'call', unit: 'B02', due: '2026-11-23T10:30:00+08:00' })).toBe('吹哨报到 · 派出所 · 截止 11-23 10:30');
});
