import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role, Session } from '@tidewatch/control';
import type { FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { errors } from '../errors.ts';
import { sessionToken } from './cookie.ts';
import { checkOrigin } from './origin.ts';

/** Who may use a route. Every route has one. */
export type Policy =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'session';
      readonly roles: readonly Role[];
      /** Commands on the server itself may use it too. */
      readonly orAdminToken?: true;
    }
  /** Commands on the server itself, which can read its admin token. */
  | { readonly kind: 'admin_token' };

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
  }
  interface FastifyRequest {
    /** Who is logged in, on routes whose policy asks for it. */
    session: Session | undefined;
  }
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets a request pass, or throws what it lacks. Runs before the body is read.
 *
 * @throws SESSION_MISSING, ROLE_MISSING, CSRF_INVALID, ORIGIN_FOREIGN, ADMIN_TOKEN_INVALID
 */
export async function authorise(
  request: FastifyRequest,
  policy: Policy,
  { control, adminToken }: Pick<ApiDeps, 'control' | 'adminToken'>,
): Promise<void> {
  const changes = !safeMethods.has(request.method);
  const { authorization } = request.headers;
  if (
    policy.kind === 'admin_token' ||
    (policy.kind === 'session' && policy.orAdminToken && authorization !== undefined)
  ) {
    const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    if (adminToken === undefined || given === undefined || !sameSecret(given, adminToken))
      throw errors.ADMIN_TOKEN_INVALID();
    return;
  }
  if (changes) checkOrigin(request);
  if (policy.kind === 'public') return;
  const token = sessionToken(request);
  const session = token === undefined ? undefined : await control.sessions.authenticate(token);
  if (session === undefined) throw errors.SESSION_MISSING();
  if (!session.user.roles.some((role) => policy.roles.includes(role)))
    throw errors.ROLE_MISSING({ roles: policy.roles.join(', ') });
  if (changes && !sameSecret(String(request.headers['x-tidewatch-csrf'] ?? ''), session.csrf))
    throw errors.CSRF_INVALID();
  request.session = session;
}

/** Compares in a time that tells nothing, lengths included. */
function sameSecret(given: string, known: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
