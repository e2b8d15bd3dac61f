import fastify from 'fastify';
import type { ApiDeps } from './deps.ts';
import type { ApiServer } from './index.ts';
import { listen } from './listen.ts';
import { sendProblem } from './problem.ts';
import type { Api, Call } from './route.ts';
import { probeRoutes } from './routes/probes.ts';
import { checkMetricsReader } from './security/metrics_reader.ts';
import { hostChecker } from './security/origin.ts';

/** What a process without the API still answers: /health/live and /health/ready to anybody who reaches it, and /metrics. */
export async function createProbeServer(
  deps: Pick<ApiDeps, 'health' | 'metrics' | 'hosts' | 'metricsToken'>,
): Promise<Pick<ApiServer, 'listen' | 'close'>> {
  const app = fastify({ logger: false, bodyLimit: 1, requestTimeout: 10_000 });
  const checkHost = hostChecker(deps.hosts ?? []);
  app.addHook('onRequest', async (request) => checkHost(request));
  app.setErrorHandler(sendProblem);
  for (const { url, handle, policy } of probeRoutes)
    app.get(url, async (request, reply) => {
      if (policy.kind === 'metrics') await checkMetricsReader(request, deps.metricsToken);
      return handle({ request, reply } as Call<object>, deps as Api);
    });
  await app.ready();
  return {
    listen: (at) => listen(app, at),
    close: () => app.close(),
  };
}
