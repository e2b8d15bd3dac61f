import { type ApiKey, ingestRoles, ingestScope, isInForce } from '@tidewatch/control';
import { errors } from '../errors.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/accounts.ts';
import type { Caller } from '../security/caller.ts';
import { engineers } from '../security/scope.ts';

const policy = { kind: 'session', roles: engineers, orAdminToken: true } as const;
const dayMs = 86_400_000;

/** API keys: people make their own, and administrators see and end those of all. */
export const keyRoutes: readonly Route[] = [
  route({
    name: 'keys.list',
    method: 'GET',
    url: '/api/keys',
    summary: 'API keys, newest first: one’s own, or everybody’s for administrators',
    policy,
    audit: 'read',
    schemas: { answer: schemas.keyList },
    handle: async ({ caller, now }, { control, keyScopes }) => ({
      keys: (await control.keys.list(ownerOf(caller))).map((key) => describe(key, now)),
      scopes: keyScopes,
    }),
  }),
  route({
    name: 'keys.add',
    method: 'POST',
    url: '/api/keys',
    summary: 'Make an API key; its secret is shown this once',
    policy,
    audit: 'change',
    schemas: { body: schemas.newKey, answer: schemas.madeKey },
    handle: async ({ body: { user, days, ...rest }, caller, now }, { control, keyScopes }) => {
      for (const scope of rest.scopes)
        if (!keyScopes.includes(scope)) throw errors.SCOPE_UNKNOWN({ scope, scopes: keyScopes.join(', ') });
      const self = 'user' in caller ? caller.user.id : undefined;
      if (self !== undefined && user !== undefined && user !== self) throw errors.KEY_OWNER();
      const owner = self ?? user;
      if (owner === undefined) throw errors.OWNER_MISSING();
      const { roles = [] } = (await control.users.get(owner)) ?? {};
      if (rest.scopes.includes(ingestScope) && !roles.some((role) => ingestRoles.includes(role)))
        throw errors.SCOPE_DENIED({ scope: ingestScope });
      const made = await control.keys.add({ ...rest, user: owner, expiresAt: now + days * dayMs });
      return { id: made.key.id, secret: made.secret, expiresAt: made.key.expiresAt };
    },
  }),
  route({
    name: 'keys.remove',
    method: 'DELETE',
    url: '/api/keys/:id',
    summary: 'End an API key at once',
    policy,
    audit: 'change',
    schemas: { params: schemas.byKey },
    handle: async ({ params: { id }, caller }, { control }) => {
      const keys = await control.keys.list(ownerOf(caller));
      if (!keys.some((key) => key.id === id)) throw errors.KEY_UNKNOWN({ id });
      await control.keys.remove(id);
      return undefined;
    },
  }),
];

/** Whose keys somebody sees; undefined for everybody's. */
const ownerOf = (caller: Caller): string | undefined =>
  'user' in caller && !caller.user.roles.includes('admin') ? caller.user.id : undefined;

function describe({ user, ...key }: ApiKey, now: number) {
  const state = isInForce({ ...key, user }, now) ? 'active' : key.expiresAt <= now ? 'expired' : 'resting';
  return { ...key, user: user.id, state } as const;
}
