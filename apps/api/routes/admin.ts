import type { LoginLink } from '@tidewatch/control';
import type { FastifyRequest } from 'fastify';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/system.ts';

const policy = { kind: 'admin_token' } as const;

/** The token stands behind `#`, so that it never reaches a server's or proxy's log. */
export const loginUrl = (origin: string, token: string): string => `${origin}/login#token=${token}`;

export const linkAnswer = ({ token, expiresAt }: LoginLink, request: FastifyRequest) => ({
  url: loginUrl(`${request.protocol}://${request.host}`, token),
  expiresAt: new Date(expiresAt).toISOString(),
});

export const adminRoutes: readonly Route[] = [
  route({
    name: 'admin.login_link',
    method: 'POST',
    url: '/api/admin/login-links',
    summary: 'Make a one-time login link',
    policy,
    audit: 'change',
    schemas: { body: schemas.loginLinkBody, answer: schemas.loginLink },
    handle: async ({ body: { user }, request }, { control }) =>
      linkAnswer(await control.createLoginLink({ user }), request),
  }),
  route({
    name: 'admin.reset',
    method: 'POST',
    url: '/api/admin/reset',
    summary:
      'End every session, login link, and API key that may do more than send events, and make a new link for the administrator',
    policy,
    audit: 'change',
    schemas: { answer: schemas.reset },
    handle: async ({ request }, { control }) => {
      const ended = await control.sessions.revokeAll();
      return { ...linkAnswer(await control.createLoginLink({ user: 'admin' }), request), ...ended };
    },
  }),
];
