import type { Session, User } from '@tidewatch/control';
import { errors } from '../errors.ts';
import { type Api, administrators, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/accounts.ts';
import { loginLink } from '../schemas/system.ts';
import type { Caller } from '../security/caller.ts';
import { linkAnswer } from './admin.ts';

const policy = { kind: 'session', roles: administrators, orAdminToken: true } as const;
/** Who sees only some classes makes and lets in nobody who sees more. */
const letsIn = { ...policy, wholeReach: true } as const;

/** A link for somebody else has to reach them first. */
const linkTtlMs = 24 * 3_600_000;

/** Who may use Tidewatch. Administrators never set a password: people set their own, by a one-time link. */
export const userRoutes: readonly Route[] = [
  route({
    name: 'users.list',
    method: 'GET',
    url: '/api/users',
    summary: 'Everybody who may log in, and what they may see',
    policy,
    audit: 'read',
    schemas: { answer: schemas.userList },
    handle: async (_call, { control, dataClasses }) => {
      const [users, sessions] = await Promise.all([control.users.list(), control.sessions.list()]);
      return {
        users: users.map((user) => describe(user, sessions)),
        roles: [...everyone],
        dataClasses: (dataClasses?.all ?? []).map(({ name }) => name),
      };
    },
  }),
  route({
    name: 'users.add',
    method: 'POST',
    url: '/api/users',
    summary: 'Make a user; a login link lets them in',
    policy: letsIn,
    audit: 'change',
    schemas: { body: schemas.newUser, answer: schemas.user },
    handle: async ({ body }, api) => {
      if ((await api.control.users.get(body.id)) !== undefined) throw errors.USER_EXISTS({ id: body.id });
      checkReach(body.reach, api);
      return describe(await api.control.users.save(body), []);
    },
  }),
  route({
    name: 'users.change',
    method: 'PUT',
    url: '/api/users/:id',
    summary: 'Change what somebody may do and see; at once, also for what they have open',
    policy: letsIn,
    audit: 'change',
    schemas: { params: schemas.byUser, body: schemas.userChange, answer: schemas.user },
    handle: async ({ params: { id }, body: facts, caller }, api) => {
      const { users, sessions } = api.control;
      const user = await known(id, api);
      refuseSelf(caller, id);
      if (user.external && (facts.roles ?? facts.name) !== undefined) throw errors.USER_EXTERNAL({ id });
      checkReach(facts.reach ?? {}, api);
      const said = Object.entries(facts).filter(([, fact]) => fact !== undefined);
      return describe(await users.change(id, Object.fromEntries(said)), await sessions.list(id));
    },
  }),
  route({
    name: 'users.remove',
    method: 'DELETE',
    url: '/api/users/:id',
    summary: 'Delete a user with sessions, links and API keys; the audit log keeps what they did',
    policy,
    audit: 'change',
    schemas: { params: schemas.byUser },
    handle: async ({ params: { id }, caller }, api) => {
      await known(id, api);
      refuseSelf(caller, id);
      await api.control.users.remove(id);
      return undefined;
    },
  }),
  route({
    name: 'users.link',
    method: 'POST',
    url: '/api/users/:id/login-links',
    summary: 'Make a one-time login link for somebody, for 24 hours: to begin, or to set another password',
    policy: letsIn,
    audit: 'change',
    schemas: { params: schemas.byUser, answer: loginLink },
    handle: async ({ params: { id }, request }, api) => {
      await known(id, api);
      return linkAnswer(await api.control.createLoginLink({ user: id, ttlMs: linkTtlMs }), request);
    },
  }),
  route({
    name: 'users.log_out',
    method: 'DELETE',
    url: '/api/users/:id/sessions',
    summary: 'End all sessions of somebody',
    policy,
    audit: 'change',
    schemas: { params: schemas.byUser },
    handle: async ({ params: { id } }, api) => {
      await known(id, api);
      const { sessions } = api.control;
      for (const { id: session } of await sessions.list(id)) await sessions.revoke(session);
      return undefined;
    },
  }),
];

async function known(id: string, { control }: Api): Promise<User> {
  const user = await control.users.get(id);
  if (user === undefined) throw errors.USER_UNKNOWN({ id });
  return user;
}

/** Nobody widens what they may do themselves, nor shuts themselves out by mistake. */
function refuseSelf(caller: Caller, id: string): void {
  if ('user' in caller && caller.user.id === id) throw errors.SELF_CHANGE();
}

/** A class that is misspelt would hide everything. Use-cases come and go, and so may be named before they exist. */
function checkReach({ dataClasses = [] }: User['reach'], api: Api): void {
  const names = (api.dataClasses?.all ?? []).map(({ name }) => name);
  for (const name of dataClasses)
    if (!names.some((known) => known === name)) throw errors.CLASS_UNKNOWN({ name, names: names.join(', ') });
}

function describe(user: User, sessions: readonly Session[]) {
  const own = sessions.filter((session) => session.user.id === user.id);
  const lastSeenAt = own.length === 0 ? null : Math.max(...own.map((session) => session.lastSeenAt));
  return { ...user, sessions: own.length, lastSeenAt };
}
