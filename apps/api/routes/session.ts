import type { LoginMethod, Redeemed, Session } from '@tidewatch/control';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as accounts from '../schemas/accounts.ts';
import * as schemas from '../schemas/system.ts';
import { clearSessionCookie, deviceToken, setDeviceCookie, setSessionCookie } from '../security/cookie.ts';
import { scopeOf } from '../security/scope.ts';

function describe(session: Session, api: Api) {
  const { user, csrf, method } = session;
  const { dataClasses } = scopeOf({ kind: 'session', user, session }, api.dataClasses ?? { all: [] });
  return {
    user: user.id,
    roles: user.roles,
    method,
    hasPassword: user.hasPassword,
    version: api.version,
    governance: api.governance,
    demo: api.demo?.active() ?? false,
    zone: user.zone ?? null,
    dataClasses,
    csrf,
  };
}

/** A name, and the browser's token where somebody logged in by that name with it before. */
async function knownBy(user: string, request: FastifyRequest, { control }: Pick<Api, 'control'>) {
  const token = deviceToken(request);
  const known = token !== undefined && (await control.devices.knows(user, token));
  return { user, device: known ? token : undefined };
}

/** Notes an attempt to log in, and gives whoever succeeded their cookie. @throws why it did not succeed */
export async function opened(
  redeemed: Redeemed,
  method: LoginMethod,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  api: Pick<Api, 'audit'>,
): Promise<Session> {
  await api.audit.change({
    who: redeemed.ok ? redeemed.session.user.id : 'anonymous',
    action: redeemed.ok ? 'session.open' : 'session.refused',
    target: redeemed.ok ? redeemed.session.id : redeemed.error.code,
    detail: { address: request.ip, method },
  });
  if (!redeemed.ok) throw redeemed.error;
  setSessionCookie(request, reply, redeemed.token);
  return redeemed.session;
}

export const sessionRoutes: readonly Route[] = [
  route({
    name: 'session.get',
    method: 'GET',
    url: '/api/session',
    summary: 'Who is logged in',
    policy: { kind: 'session', roles: everyone },
    audit: 'own',
    schemas: { answer: schemas.session },
    handle: async ({ session }, api) => {
      if (session === undefined) throw errors.SESSION_MISSING();
      return describe(session, api);
    },
  }),
  route({
    name: 'session.methods',
    method: 'GET',
    url: '/api/session/methods',
    summary: 'How people can log in, beside password and one-time link',
    policy: { kind: 'public' },
    audit: 'own',
    schemas: { answer: accounts.loginMethods },
    handle: async (_call, { identity }) => ({
      oidc: identity === undefined ? null : { name: identity.name },
    }),
  }),
  route({
    name: 'session.open',
    method: 'POST',
    url: '/api/session',
    summary: 'Log in by password, or by the token of a one-time link; sets the session cookie',
    policy: { kind: 'public' },
    audit: 'own',
    // It is read before anybody knows who sent it.
    bodyLimit: 4_096,
    schemas: { body: accounts.loginBody, answer: schemas.session },
    handle: async ({ body, request, reply }, api) => {
      const byPassword = 'password' in body;
      if (!api.allowLogin(request.ip, byPassword ? await knownBy(body.user, request, api) : undefined)) {
        reply.header('retry-after', 6);
        throw errors.TOO_MANY_LOGINS();
      }
      const redeemed = await (byPassword
        ? api.control.logIn(body.user, body.password)
        : api.control.redeem(body.token));
      const session = await opened(redeemed, byPassword ? 'password' : 'link', { request, reply }, api);
      if ((await knownBy(session.user.id, request, api)).device === undefined)
        setDeviceCookie(request, reply, await api.control.devices.add(session.user.id));
      return describe(session, api);
    },
  }),
  route({
    name: 'session.password',
    method: 'PUT',
    url: '/api/session/password',
    summary:
      'Set one’s own password; one’s other sessions end, and API keys that may do more than send events',
    policy: { kind: 'session', roles: everyone },
    // By the handler: the body must not stand there.
    audit: 'own',
    bodyLimit: 4_096,
    schemas: { body: accounts.passwordBody },
    handle: async ({ body: { password, current, keepKeys }, session, request, reply }, api) => {
      if (session === undefined) throw errors.SESSION_MISSING();
      const { user, id, method } = session;
      if (user.external) throw errors.USER_EXTERNAL({ id: user.id });
      if (!api.allowLogin(request.ip, await knownBy(user.id, request, api))) {
        reply.header('retry-after', 6);
        throw errors.TOO_MANY_LOGINS();
      }
      // Who holds a link needs no password to get in, and so none to set one.
      if (user.hasPassword && method !== 'link' && current === undefined) throw errors.PASSWORD_ASKED();
      const entry = { who: user.id, action: 'session.password', target: id, detail: {} };
      await api.audit.beforeChange(entry);
      await api.control.users.setPassword(user.id, password, {
        keep: id,
        keepKeys,
        ...(method === 'link' || current === undefined ? {} : { current }),
      });
      await api.audit.change(entry);
      return undefined;
    },
  }),
  route({
    name: 'session.zone',
    method: 'PUT',
    url: '/api/session/zone',
    summary: 'Say in which time zone one wants to see times',
    policy: { kind: 'session', roles: everyone },
    audit: 'change',
    schemas: { body: schemas.zoneBody },
    handle: async ({ body: { zone }, scope }, { control }) => {
      await control.users.setZone(scope.principal, zone);
      return undefined;
    },
  }),
  route({
    name: 'session.close',
    method: 'DELETE',
    url: '/api/session',
    summary: 'Log out',
    policy: { kind: 'session', roles: everyone },
    audit: 'own',
    schemas: {},
    handle: async ({ session, request, reply }, api) => {
      if (session === undefined) throw errors.SESSION_MISSING();
      await api.control.sessions.revoke(session.id);
      await api.audit.change({
        who: session.user.id,
        action: 'session.close',
        target: session.id,
        detail: {},
      });
      clearSessionCookie(request, reply);
      return undefined;
    },
  }),
];
