import type { FastifyInstance } from 'fastify';
import { errors } from './errors.ts';
import type { Api } from './route.ts';
import { setSecurityHeaders } from './security/headers.ts';
import { hostChecker } from './security/origin.ts';
import { authorise } from './security/policy.ts';

/**
 * Lets nothing pass without the security headers, a host that is ours, and the policy of its route. Routes are
 * registered after it; one without a policy throws ROUTE_WITHOUT_POLICY.
 */
export function guard(app: FastifyInstance, api: Pick<Api, 'control' | 'adminToken' | 'hosts'>): void {
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
