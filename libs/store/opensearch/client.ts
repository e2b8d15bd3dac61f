import type { ClientRequest, ClientRequestArgs, IncomingMessage } from 'node:http';
import {
  Client,
  type ClientOptions,
  Connection,
  errors as clientErrors,
} from '@opensearch-project/opensearch';
import { isObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { AnswerSerializer } from './bulk/serializer.ts';
import type { OpenSearchConfig } from './config.ts';
import { type Credentials, openCredentials } from './credentials.ts';
import { readText } from './secret_file.ts';

/** What answers at the nodes, as far as it decides which APIs there are. */
export interface SearchServer {
  readonly flavour: 'opensearch' | 'elasticsearch';
  /** As the server writes it, e.g. `3.8.0`. */
  readonly version: string;
  readonly major: number;
}

/** An open connection to a cluster. */
export interface OpenSearchConnection {
  readonly client: Client;
  readonly server: SearchServer;
  readonly config: OpenSearchConfig;
  readonly credentials: Credentials;
  /** Closes the sockets once what is under way has been answered. */
  close(): Promise<void>;
}

/** Oldest major versions whose APIs Tidewatch uses. */
const oldest = { opensearch: 2, elasticsearch: 8 } as const;

/**
 * Connects to the nodes named and to no others (no sniffing), and asks who answers.
 *
 * Retries are the caller's: the client makes none.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_UNKNOWN, OPENSEARCH_TOO_OLD, OPENSEARCH_FILE_UNREADABLE
 */
export async function connectOpenSearch(config: OpenSearchConfig): Promise<OpenSearchConnection> {
  const credentials = await openCredentials(config);
  const client = await openClient(config, credentials);
  const close = () => client.close();
  try {
    return { client, server: await probe(client, config), config, credentials, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A client of the nodes that a configuration names, before anybody asked who they are.
 *
 * @throws OPENSEARCH_FILE_UNREADABLE
 */
export const openClient = async (config: OpenSearchConfig, credentials: Credentials): Promise<Client> =>
  new Client({
    nodes: config.nodes,
    Connection: connectionAs(credentials),
    Serializer: AnswerSerializer,
    // Events may hold any key; JSON.parse makes of all of them what they are: own properties.
    disablePrototypePoisoningProtection: true,
    maxRetries: 0,
    requestTimeout: config.timeout_ms,
    // A node that failed is tried again by a real request; the pinging strategy would send ones of its own.
    resurrectStrategy: 'optimistic',
    ssl: await certificates(config),
  });

/**
 * Connections that say who they are at each request, since a secret may change while they are open. They are quiet:
 * the stock one prints to the console what breaks after an answer began; the transport hears of it anyway.
 */
function connectionAs(credentials: Credentials): typeof Connection {
  return class extends Connection {
    // Not in `request`, whose parameters end up in errors.
    override buildRequestObject(params: RequestParams): ClientRequestArgs {
      return credentials.sign(super.buildRequestObject(params));
    }

    override request(
      params: RequestParams,
      callback: (error: Error | null, response: IncomingMessage | null) => void,
    ): ClientRequest {
      const request = super.request(params, (error, response) => {
        if (response !== null) request.removeAllListeners('error').on('error', () => {});
        callback(error, response);
      });
      return request;
    }
  };
}

type RequestParams = Parameters<Connection['request']>[0];

async function certificates({ tls }: OpenSearchConfig): Promise<NonNullable<ClientOptions['ssl']>> {
  const [ca, cert, key] = await Promise.all(
    [tls?.ca, tls?.certificate, tls?.key].map((file) => (file === undefined ? undefined : readText(file))),
  );
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

/** Asks `GET /`, by which every flavour says its name and version. */
async function probe(client: Client, config: OpenSearchConfig): Promise<SearchServer> {
  const url = config.nodes.join(', ');
  const answer = await client.transport.request({ method: 'GET', path: '/' }).catch((error: unknown) => {
    throw connectionError(error, url);
  });
  const server = serverOf(answer.body);
  if (server === undefined)
    throw errors.OPENSEARCH_UNKNOWN({ url, problem: 'its answer to GET / names no version' });
  if (server.major < oldest[server.flavour])
    throw errors.OPENSEARCH_TOO_OLD({ url, ...server, oldest: oldest[server.flavour] });
  return server;
}

function serverOf(body: unknown): SearchServer | undefined {
  if (!isObject(body) || !isObject(body.version) || typeof body.version.number !== 'string') return undefined;
  const { number: version, distribution } = body.version;
  const major = Number.parseInt(version, 10);
  if (Number.isNaN(major)) return undefined;
  if (distribution === 'opensearch') return { flavour: 'opensearch', version, major };
  // The sentence by which Elasticsearch has answered since its first version.
  if (body.tagline === 'You Know, for Search') return { flavour: 'elasticsearch', version, major };
  return undefined;
}

/** A failed request, as the operator reads it. `what` is what was asked for, e.g. `writing events`. */
export function connectionError(error: unknown, url: string, what = 'the connection') {
  if (!(error instanceof clientErrors.ResponseError)) {
    if (error instanceof clientErrors.DeserializationError)
      return errors.OPENSEARCH_UNKNOWN({ url, problem: 'its answer is not JSON' });
    return errors.OPENSEARCH_UNREACHABLE({ url, problem: (error as Error).message });
  }
  const status = error.meta.statusCode ?? 0;
  const problem = error.message;
  if (status === 429 || status >= 500) return errors.OPENSEARCH_BUSY({ url, what, status, problem });
  if (status === 401 || status === 403) return errors.OPENSEARCH_REFUSED({ url, what, status, problem });
  return errors.OPENSEARCH_UNKNOWN({ url, problem: `it answered ${what} with ${status} ${problem}` });
}
