import { createHash, timingSafeEqual } from 'node:crypto';
import { keyPrefix, type Role } from '@tidewatch/control';
import type { FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { errors } from '../errors.ts';
import { anybody, type Caller } from './caller.ts';
import { sessionToken } from './cookie.ts';
import { checkOrigin } from './origin.ts';
import { isNarrow } from './scope.ts';

/** Who may use a route. Every route has one. */
export type Policy =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'session';
      readonly roles: readonly Role[];
      /** Commands on the server itself may use it too. */
      readonly orAdminToken?: true;
      /** It shows records of any class, so nobody may use it who sees only some. */
      readonly wholeReach?: true;
    }
  /** Commands on the server itself, which can read its admin token. */
  | { readonly kind: 'admin_token' };

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
    /** What an API key needs for it; without one no key opens it. */
    keyScope?: string | undefined;
  }
  interface FastifyRequest {
    /** Who asks, once the policy of the route let them pass. */
    caller: Caller;
  }
}

export const bearerOf = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets a request pass, or throws what it lacks. Runs before the body is read.
 *
 * @throws SESSION_MISSING, ROLE_MISSING, REACH_NARROW, CSRF_INVALID, ORIGIN_FOREIGN, ADMIN_TOKEN_INVALID, KEY_INVALID,
 * KEY_SCOPE
 */
export async function authorise(
  request: FastifyRequest,
  policy: Policy,
  { control, adminToken }: Pick<ApiDeps, 'control' | 'adminToken'>,
): Promise<void> {
  const changes = !safeMethods.has(request.method);
  const { authorization } = request.headers;
  const bearer = bearerOf(request);
  if (policy.kind === 'session' && bearer?.startsWith(keyPrefix)) {
    const key = control.keys.find(bearer);
    if (key === undefined) throw errors.KEY_INVALID();
    const { keyScope } = request.routeOptions.config;
    if (keyScope === undefined) throw errors.KEY_CLOSED();
    if (!key.scopes.includes(keyScope)) throw errors.KEY_SCOPE({ scope: keyScope });
    admit(request, policy, { kind: 'key', user: key.user, key });
    return;
  }
  if (
    policy.kind === 'admin_token' ||
    (policy.kind === 'session' && policy.orAdminToken && authorization !== undefined)
  ) {
    if (adminToken === undefined || bearer === undefined || !sameSecret(bearer, adminToken))
      throw errors.ADMIN_TOKEN_INVALID();
    request.caller = { kind: 'local' };
    return;
  }
  request.caller = anybody;
  if (changes) checkOrigin(request);
  if (policy.kind === 'public') return;
  const token = sessionToken(request);
  const session = token === undefined ? undefined : await control.sessions.authenticate(token);
  if (session === undefined) throw errors.SESSION_MISSING();
  admit(request, policy, { kind: 'session', user: session.user, session });
  if (changes && !sameSecret(String(request.headers['x-tidewatch-csrf'] ?? ''), session.csrf))
    throw errors.CSRF_INVALID();
}

function admit(
  request: FastifyRequest,
  { roles, wholeReach }: Extract<Policy, { kind: 'session' }>,
  caller: Extract<Caller, { kind: 'session' | 'key' }>,
): void {
  if (!caller.user.roles.some((role) => roles.includes(role)))
    throw errors.ROLE_MISSING({ roles: roles.join(', ') });
  if (wholeReach && isNarrow(caller.user)) throw errors.REACH_NARROW();
  request.caller = caller;
}

/** Compares in a time that tells nothing, lengths included. */
function sameSecret(given: string, known: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}
