import type { Role } from '@tidewatch/control';
import { expect, it } from 'vitest';
import { maySee, scopeOf } from './scope.ts';

const classes = [
  { name: 'network', readers: ['viewer', 'analyst'] },
  { name: 'personnel', readers: ['privacy_officer'] },
];
const session = (...roles: Role[]) => ({
  id: 's',
  user: { id: 'ann', name: 'Ann', roles, createdAt: 0 },
  createdAt: 0,
  lastSeenAt: 0,
  expiresAt: 1,
  csrf: '',
});

it.each([
  [['admin'], 'all'],
  [['analyst'], 'all'],
  [['viewer', 'analyst'], 'all'],
  [['viewer'], ['network']],
  [['engineer'], 'all'],
  [['privacy_officer'], ['personnel']],
  [
    ['privacy_officer', 'viewer'],
    ['network', 'personnel'],
  ],
] as const)('%j see %j', (roles, dataClasses) => {
  const scope = scopeOf(session(...roles), classes);
  expect(scope).toEqual({ principal: 'ann', dataClasses });
  expect(maySee(scope, 'network')).toBe(
    dataClasses === 'all' || dataClasses.some((name) => name === 'network'),
  );
  expect(maySee(scope, undefined)).toBe(dataClasses === 'all');
});

it('nobody sees nothing', () =>
  expect(scopeOf(undefined, classes)).toEqual({ principal: 'anonymous', dataClasses: [] }));
