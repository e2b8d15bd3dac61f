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

/**
 * What shippers ask before they send, and the least that lets them carry on. Templates, policies, pipelines and
 * indices "exist", so that nobody uploads any; who does all the same is told it is done. They have no effect.
 *
 * Asked by: Beats (`/`, `/_license`, `_ilm`, `_index_template`, `_data_stream`, `_ingest`), Logstash (`/`, `/_license`,
 * `/_xpack`, `_index_template`, `_template`, `_ilm`, `_alias`, `/<index>`, `_nodes`), Vector (`/`, `/_cluster/health`).
 */
const answers: Readonly<Record<string, unknown>> = {
  '/_license': { license },
  '/_xpack': {
    license,
    features: { ilm: { available: true, enabled: true }, security: { available: true, enabled: false } },
  },
  '/_cluster/health': health,
  '/_nodes': { nodes: {} },
  '/_nodes/*': { nodes: {} },
  '/_cat/*': [],
};

const existing = [
  '/_ilm/policy/:name',
  '/_index_template/:name',
  '/_component_template/:name',
  '/_template/:name',
  '/_ingest/pipeline/:name',
  '/_data_stream/:name',
  '/_alias/:name',
];

export function serveHandshake(app: FastifyInstance, config: HttpConfig): void {
  app.get('/', async () => ({
    name: 'tidewatch',
    cluster_name: 'tidewatch',
    cluster_uuid: 'tidewatch',
    version: {
      number: config.version,
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
  for (const path of existing) {
    app.get(path, async () => ({}));
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

const acknowledge = async () => ({ acknowledged: true });

/** An unknown endpoint has the form of an index, but not its name. */
function checkIndex(request: FastifyRequest): void {
  if (!isName((request.params as { index: string }).index)) throw notFound(request);
}

export const notFound = ({ method, url }: FastifyRequest) =>
  errors.NOT_FOUND({ method, path: url.slice(0, 200) });
