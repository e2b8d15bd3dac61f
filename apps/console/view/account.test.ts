import { expect, it } from 'vitest';
import { namesIn, reachText, rolesText, wayIn } from './account.ts';

it.each([
  [{}, 'All that the roles let them see'],
  [{ dataClasses: [] }, 'Nothing'],
  [{ dataClasses: ['auth'], useCases: ['ssh', 'web'] }, 'class auth, use-case ssh, use-case web'],
])('says of %j: %s', (reach, text) => expect(reachText(reach)).toBe(text));

it.each([
  [{ external: true, hasPassword: true }, 'Identity provider'],
  [{ external: false, hasPassword: true }, 'Password'],
  [{ external: false, hasPassword: false }, 'Link only'],
])('%j logs in by: %s', (user, way) => expect(wayIn(user)).toBe(way));

it('names roles, and that there is none', () =>
  expect([rolesText(['analyst', 'privacy_officer']), rolesText([])]).toEqual([
    'Analyst, Privacy officer',
    'No role',
  ]));

it('takes names apart', () => expect(namesIn(' web-*, vpn\n db ')).toEqual(['web-*', 'vpn', 'db']));
