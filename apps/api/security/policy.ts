import { keyPrefix, type Role } from '@tidewatch/control';
import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import type { Api } from '../route.ts';
import { askerOf } from './asker.ts';
import { bearerOf } from './bearer.ts';
import { anybody, type Caller } from './caller.ts';
import { checkMetricsReader } from './metrics_reader.ts';
import { checkOrigin } from './origin.ts';
import { sameSecret } from './same_secret.ts';
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
  /** This machine, and who has the token of metrics. */
  | { readonly kind: 'metrics' }
  /** Commands on the server itself, which can read its admin token. */
  | { readonly kind: 'admin_token' };

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
    /** What an API key needs for it; without one no key opens it. */
    keyScope?: string | undefined;
    /** The route's name, and whether it changes something: for the audit log. */
    action?: string;
    changes?: boolean;
  }
  interface FastifyRequest {
    /** Who asks, known before the policy of the route let them pass; handlers run only then. */
    caller: Caller;
  }
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets a request pass, or throws what it lacks. Runs before the body is read.
 *
 * @throws SESSION_MISSING, METRICS_CLOSED, ROLE_MISSING, REACH_NARROW, CSRF_INVALID, ORIGIN_FOREIGN, ADMIN_TOKEN_INVALID, KEY_INVALID,
 * KEY_SCOPE
 */
export async function authorise(
  request: FastifyRequest,
  policy: Policy,
  api: Pick<Api, 'control' | 'adminToken' | 'metricsToken' | 'vouching'>,
): Promise<void> {
  const { adminToken } = api;
  request.caller = anybody;
  const changes = !safeMethods.has(request.method);
  const { authorization } = request.headers;
  const bearer = bearerOf(request);
  if (policy.kind === 'session' && bearer?.startsWith(keyPrefix)) {
    const asker = await askerOf(request, api);
    if (asker?.kind !== 'key') throw errors.KEY_INVALID();
    request.caller = asker;
    const { keyScope } = request.routeOptions.config;
    if (keyScope === undefined) throw errors.KEY_CLOSED();
    if (!asker.key.scopes.includes(keyScope)) throw errors.KEY_SCOPE({ scope: keyScope });
    return admit(policy, asker);
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
  if (policy.kind === 'metrics') return checkMetricsReader(request, api.metricsToken);
  const asker = policy.kind === 'public' ? undefined : await askerOf(request, api);
  if (asker !== undefined) request.caller = asker;
  if (changes) checkOrigin(request);
  if (policy.kind === 'public') return;
  if (asker?.kind !== 'session') throw errors.SESSION_MISSING();
  admit(policy, asker);
  if (changes && !sameSecret(String(request.headers['x-tidewatch-csrf'] ?? ''), asker.session.csrf))
    throw errors.CSRF_INVALID();
}

function admit(
  { roles, wholeReach }: Extract<Policy, { kind: 'session' }>,
  { user }: Extract<Caller, { kind: 'session' | 'key' }>,
): void {
  if (!user.roles.some((role) => roles.includes(role)))
    throw errors.ROLE_MISSING({ roles: roles.join(', ') });
  if (wholeReach && isNarrow(user)) throw errors.REACH_NARROW();
}
