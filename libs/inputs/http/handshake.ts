import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { isName } from '../names.ts';
import type { HttpConfig } from './config.ts';

/** A licence that never ends, of the free kind: shippers refuse to send without one. */
const license = {
  status: 'active',
  uid: '00000000-0000-0000-0000-000000000000',
  type: 'basic',
  issue_date_in_millis: 0,
  max_nodes: 1000,
  issued_to: 'tidewatch',
  issuer: 'tidewatch',
};

const health = {
  cluster_name: 'tidewatch',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_shards: 1,
  unassigned_shards: 0,
};

/** Asked by path alone. */
const answers: Readonly<Record<string, unknown>> = {
  '/_license': { license },
  '/_xpack': {
    license,
    features: { ilm: { available: true, enabled: true }, security: { available: true, enabled: false } },
  },
  '/_cluster/health': health,
  '/_cluster/settings': { persistent: {}, transient: {}, defaults: {} },
  '/_nodes': { nodes: {} },
  '/_nodes/*': { nodes: {} },
  '/_cat/*': [],
  '/_ilm/policy': {},
  '/_ingest/pipeline': {},
};

/** Asked by name: whatever it is, it is there. */
const existing: Readonly<Record<string, (name: string) => unknown>> = {
  '/_ilm/policy/:name': (name) => ({ [name]: { version: 1, policy: { phases: {} } } }),
  '/_plugins/_ism/policies/:name': (name) => ({ _id: name, policy: { policy_id: name } }),
  '/_index_template/:name': (name) => ({
    index_templates: [{ name, index_template: { index_patterns: [`${name}*`], composed_of: [] } }],
  }),
  '/_component_template/:name': (name) => ({
    component_templates: [{ name, component_template: { template: {} } }],
  }),
  '/_template/:name': (name) => ({ [name]: { index_patterns: [`${name}*`] } }),
  '/_ingest/pipeline/:name': (name) => ({ [name]: { processors: [] } }),
  '/_data_stream/:name': (name) => ({ data_streams: [{ name, status: 'GREEN', indices: [] }] }),
  '/_alias/:name': () => ({}),
};

/**
 * What shippers ask before they send, and the least that lets them carry on. Templates, policies, pipelines and
 * indices "exist", so that nobody uploads any; who does all the same is told it is done. They have no effect.
 *
 * Asked by: Beats (`/`, `/_license`, `_ilm`, `_index_template`, `_data_stream`, `_ingest`), Logstash (`/`, `/_license`,
 * `_index_template`, `_template`, `_ilm`, `/<index>`, `_nodes`), Vector (`/`, `/_cluster/health`), rsyslog
 * (`/_cat/health`), Data Prepper (`/_cluster/settings`, `_index_template`, `_plugins/_ism`, `_alias`, `/<index>`).
 * `test/scenarios` has their requests.
 */
export function serveHandshake(app: FastifyInstance, config: HttpConfig): void {
  app.get('/', async ({ headers }) => ({
    name: 'tidewatch',
    cluster_name: 'tidewatch',
    cluster_uuid: 'tidewatch',
    version: {
      number: versionFor(headers['user-agent'], config.version),
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: 'tidewatch',
      build_date: '1970-01-01T00:00:00.000Z',
      build_snapshot: false,
      lucene_version: '9.12.0',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'You Know, for Search',
  }));
  for (const [path, answer] of Object.entries(answers)) app.get(path, async () => answer);
  for (const [path, answer] of Object.entries(existing)) {
    app.get(path, async (request) => answer((request.params as { name: string }).name));
    app.route({ method: ['PUT', 'POST'], url: path, handler: acknowledge });
  }
  app.get('/:index', async (request) => {
    checkIndex(request);
    return {};
  });
  app.put('/:index', async (request) => {
    checkIndex(request);
    return acknowledge();
  });
}

/** Beats refuse to send to what is older than themselves, and say their version in each request. */
function versionFor(userAgent: string | undefined, configured: string): string {
  const own = /^Elastic-[\w-]+\/(\d+\.\d+\.\d+)/.exec(userAgent ?? '')?.[1];
  return own !== undefined && own.localeCompare(configured, 'en', { numeric: true }) > 0 ? own : configured;
}

const acknowledge = async () => ({ acknowledged: true });

/** An unknown endpoint has the form of an index, but not its name. */
function checkIndex(request: FastifyRequest): void {
  if (!isName((request.params as { index: string }).index)) throw notFound(request);
}

export const notFound = ({ method, url }: FastifyRequest) =>
  errors.NOT_FOUND({ method, path: url.slice(0, 200) });
