import type { Session } from '@tidewatch/control';
import { errors } from '../errors.ts';
import { type Api, everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/system.ts';
import { clearSessionCookie, setSessionCookie } from '../security/cookie.ts';

const describe = ({ user, csrf }: Session, api: Api) => ({
  user: user.id,
  roles: user.roles,
  version: api.version,
  governance: api.governance,
  demo: api.demo?.active() ?? false,
  csrf,
});

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
    name: 'session.open',
    method: 'POST',
    url: '/api/session',
    summary: 'Trade the token of a login link for a session cookie',
    policy: { kind: 'public' },
    audit: 'own',
    // It is read before anybody knows who sent it.
    bodyLimit: 4_096,
    schemas: { body: schemas.loginBody, answer: schemas.session },
    handle: async ({ body, request, reply }, api) => {
      if (!api.allowLogin(request.ip)) {
        reply.header('retry-after', 6);
        throw errors.TOO_MANY_LOGINS();
      }
      const redeemed = await api.control.redeem(body.token);
      await api.audit.change({
        who: redeemed.ok ? redeemed.session.user.id : 'anonymous',
        action: redeemed.ok ? 'session.open' : 'session.refused',
        target: redeemed.ok ? redeemed.session.id : redeemed.error.code,
        detail: { address: request.ip },
      });
      if (!redeemed.ok) throw redeemed.error;
      setSessionCookie(request, reply, redeemed.token);
      return describe(redeemed.session, api);
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
