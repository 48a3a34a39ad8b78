import { expect, test } from 'vitest';
import { roles, type Role, type User } from '@shared/wire';
import { decides, home, opens } from './access';

const of = (role: Role): User => ({ name: role, role, unit: '440114', unit_name: '', sources: [] });

test('an administrator has no cases and a screen has no desk', () => {
  expect(opens(of('admin'), 'work')).toBe(false);
  expect(opens(of('admin'), 'incident')).toBe(false);
  expect(home(of('admin'))).toBe('/reference');
  for (const page of ['work', 'approvals', 'duty', 'returns', 'reference', 'statistics']) expect(opens(of('screen'), page), page).toBe(false);
});

test('only desks answer requests, and all who do can open the inbox', () => {
  expect(roles.filter((r) => decides(of(r)))).toEqual(['community', 'street', 'district']);
  for (const r of roles) if (decides(of(r))) expect(opens(of(r), 'approvals'), r).toBe(true);
});

test('tickets are the hotline\'s, the district\'s and the supervisor\'s; a street sees those of its incidents', () => {
  expect(roles.filter((r) => opens(of(r), 'hotline'))).toEqual(['street', 'district', 'hotline', 'supervisor']);
  for (const r of roles) expect(opens(of(r), 'ticket'), r).toBe(opens(of(r), 'hotline'));
});
