import type { Reach, Role } from '@tidewatch/control';
import { expect, it } from 'vitest';
import type { Caller } from './caller.ts';
import { maySee, scopeOf } from './scope.ts';

const classes = {
  all: [
    { name: 'network', readers: ['viewer', 'analyst'] },
    { name: 'personnel', readers: ['privacy_officer'] },
  ],
  ofUseCases: (names: readonly string[]) => (names.includes('ssh') ? ['network'] : []),
};
const caller = (roles: readonly Role[], reach: Reach = {}): Caller => {
  const state = { disabled: false, hasPassword: true, external: false };
  const user = { id: 'ann', name: 'Ann', roles, reach, createdAt: 0, ...state };
  const times = { createdAt: 0, lastSeenAt: 0, expiresAt: 1 };
  return { kind: 'session', user, session: { id: 's', user, method: 'link', csrf: '', ...times } };
};

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
  const scope = scopeOf(caller(roles), classes);
  expect(scope).toEqual({ principal: 'ann', dataClasses });
  expect(maySee(scope, 'network')).toBe(
    dataClasses === 'all' || dataClasses.some((name) => name === 'network'),
  );
  expect(maySee(scope, undefined)).toBe(dataClasses === 'all');
});

it.each([
  [['analyst'], { dataClasses: ['network'] }, ['network']],
  [['admin'], { dataClasses: ['personnel'] }, ['personnel']],
  [['viewer'], { dataClasses: ['network', 'personnel'] }, ['network']],
  [['analyst'], { dataClasses: [] }, []],
  [['analyst'], { useCases: ['ssh'] }, ['network']],
  [['analyst'], { useCases: ['web'] }, []],
  [['analyst'], { useCases: ['ssh'], dataClasses: ['personnel'] }, ['network', 'personnel']],
] as const)('%j that reach %j see %j', (roles, reach, dataClasses) =>
  expect(scopeOf(caller(roles, reach), classes)).toEqual({ principal: 'ann', dataClasses }),
);

it.each([
  ['anybody', { principal: 'anonymous', dataClasses: [] }],
  ['local', { principal: 'local-admin', dataClasses: 'all' }],
] as const)('%s sees what nobody in particular does', (kind, scope) =>
  expect(scopeOf({ kind }, classes)).toEqual(scope),
);
