import { isTidewatchError } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { attemptMs, type IdentityProvider } from '../oidc/provider.ts';
import { type Api, type Route, route } from '../route.ts';
import { oidcQuery } from '../schemas/accounts.ts';
import { opened } from './session.ts';

const policy = { kind: 'public' } as const;
const cookieName = 'tidewatch_oidc';
const callbackPath = '/api/oidc/callback';
/** Lax: the browser comes back from another site. */
const cookie = { httpOnly: true, sameSite: 'lax', path: '/api/oidc' } as const;

function providerOf({ identity }: Api): IdentityProvider {
  if (identity === undefined) throw errors.OIDC_OFF();
  return identity;
}

/** Only a path of this site: a link from elsewhere must not lead away after the log-in. Browsers skip tabs and breaks. */
const safePath = (path: string): string => (/^\/(?![/\\])\P{Cc}*$/u.test(path) ? path : '/alerts');

/** Logging in at an identity provider: both are pages that a browser is sent to, so faults go to the log-in page. */
export const oidcRoutes: readonly Route[] = [
  route({
    name: 'oidc.depart',
    method: 'GET',
    url: '/api/oidc/login',
    summary: 'Send the browser to the identity provider',
    policy,
    audit: 'own',
    schemas: { query: oidcQuery },
    handle: async ({ query: { back }, request, reply }, api) => {
      const provider = providerOf(api);
      try {
        if (!api.allowLogin(request.ip)) throw errors.TOO_MANY_LOGINS();
        const { url, attempt } = await provider.depart(
          `${request.protocol}://${request.host}${callbackPath}`,
          safePath(back),
        );
        reply.setCookie(cookieName, attempt, {
          ...cookie,
          secure: request.protocol === 'https',
          maxAge: attemptMs / 1_000,
        });
        return reply.redirect(url, 303);
      } catch (error) {
        return reply.redirect(failedPage(error), 303);
      }
    },
  }),
  route({
    name: 'oidc.arrive',
    method: 'GET',
    url: callbackPath,
    summary: 'Where the identity provider sends the browser back to',
    policy,
    audit: 'own',
    schemas: {},
    handle: async ({ request, reply }, api) => {
      const provider = providerOf(api);
      reply.clearCookie(cookieName, cookie);
      try {
        const url = new URL(request.url, `${request.protocol}://${request.host}`);
        const { identity, grant, back } = await provider.arrive(url, request.cookies[cookieName]);
        const signedIn = await api.control.signIn(identity, provider.sessionMs);
        const { id } = await opened(signedIn, 'oidc', { request, reply }, api);
        if (grant !== undefined) api.vouching?.begin(id, grant);
        return reply.redirect(back, 303);
      } catch (error) {
        if (!isTidewatchError(error, 'OIDC_AWAY'))
          request.log.warn({ err: error }, 'A log-in by the identity provider did not succeed');
        return reply.redirect(failedPage(error), 303);
      }
    },
  }),
];

/** @throws what nobody expected */
function failedPage(error: unknown): string {
  if (!isTidewatchError(error) || error.status === 500) throw error;
  return `/login?why=${error.code}`;
}
