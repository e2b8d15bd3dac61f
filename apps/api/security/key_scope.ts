import { ingestScope } from '@tidewatch/control';
import type { Route } from '../route.ts';

/** What is for people alone: a key must not make itself another, or more of itself. */
const closed: ReadonlySet<string> = new Set(['session', 'users', 'keys', 'admin', 'demo']);

/** What a key needs for a route, such as `alerts:read`; undefined where no key opens it. */
export function keyScopeOf({ name, method, audit, policy }: Route): string | undefined {
  const subject = name.split('.', 1)[0] ?? name;
  if (policy.kind !== 'session' || closed.has(subject)) return undefined;
  const changes = audit === 'change' || method === 'PUT' || method === 'DELETE';
  return `${subject}:${changes ? 'write' : 'read'}`;
}

/** All that keys can be made for, in the order of the routes. */
export const keyScopes = (routes: readonly Route[]): readonly string[] => [
  ingestScope,
  ...new Set(routes.flatMap((route) => keyScopeOf(route) ?? [])),
];
