import type { TidewatchError } from '@tidewatch/event';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from './errors.ts';
import type { Api } from './route.ts';
import { anybody, principalOf } from './security/caller.ts';
import { setSecurityHeaders } from './security/headers.ts';
import { hostChecker } from './security/origin.ts';
import { authorise } from './security/policy.ts';

type Guarded = Pick<Api, 'control' | 'adminToken' | 'metricsToken' | 'vouching' | 'hosts'>;

/**
 * Lets nothing pass without the security headers, a host that is ours, and the policy of its route. Routes are
 * registered after it; one without a policy throws ROUTE_WITHOUT_POLICY.
 */
export function guard(app: FastifyInstance, api: Guarded): void {
  const checkHost = hostChecker(api.hosts ?? []);
  app.decorateRequest('caller');
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.policy === undefined) throw errors.ROUTE_WITHOUT_POLICY({ method, url });
  });
  app.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(request, reply);
    checkHost(request);
    const { policy } = request.routeOptions.config;
    if (policy !== undefined) await authorise(request, policy, api);
  });
}

/** Of a caller that nobody is known to be: a secret was shown, and it was wrong. */
const wrongSecrets: ReadonlySet<string> = new Set(['KEY_INVALID', 'ADMIN_TOKEN_INVALID', 'METRICS_CLOSED']);

/** Tells the audit log what was not done: refused to somebody known, or asked with a wrong secret, or failed. */
export function noteRefusal(
  error: TidewatchError,
  request: FastifyRequest,
  { refusals }: Pick<Api, 'refusals'>,
): void {
  const { caller = anybody, routeOptions, ip } = request;
  const { action, changes } = routeOptions.config;
  const { status, code } = error;
  if (action === undefined) return;
  if (caller.kind === 'anybody' && !wrongSecrets.has(code)) return;
  // What is not as the API describes it, and changes nothing, is no attempt at anything.
  if (status === 400 && !changes) return;
  const denied = status === 401 || status === 403;
  refusals.note({
    who: principalOf(caller),
    action: `${action}.${denied ? 'refused' : 'failed'}`,
    target: request.url.split('?', 1)[0] ?? '',
    code,
    detail: {
      address: ip,
      ...(caller.kind === 'key' ? { apiKey: caller.key.id } : {}),
      ...(changes && !denied ? { ...(request.query as object), ...(request.body as object) } : {}),
    },
  });
}
