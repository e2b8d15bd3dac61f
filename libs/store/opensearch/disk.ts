import type { DataClass } from '@tidewatch/event';
import type { OpenSearchConnection } from './client.ts';
import { partitionOf } from './index_name.ts';
import { request } from './request.ts';

/** What Tidewatch's indices take on the disks of a cluster, copies included, in bytes. */
export interface ClusterDisk {
  readonly partitions: readonly {
    readonly dataClass: DataClass;
    readonly partition: string;
    readonly bytes: number;
  }[];
  readonly alerts: number;
  /** Nodes that hold data; none where the cluster does not tell (a service, or a missing permission). */
  readonly nodes: readonly { readonly name: string; readonly size: number; readonly free: number }[];
}

interface IndexSizes {
  readonly indices?: Readonly<
    Record<string, { readonly total: { readonly store: { readonly size_in_bytes: number } } }>
  >;
}

interface NodeDisks {
  readonly nodes?: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly roles?: readonly string[];
        readonly fs?: {
          readonly total?: { readonly total_in_bytes?: number; readonly available_in_bytes?: number };
        };
      }
    >
  >;
}

/**
 * Asks the cluster how large its indices are, and how much room its nodes have.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function clusterDisk(connection: OpenSearchConnection): Promise<ClusterDisk> {
  const [sizes, nodes] = await Promise.all([
    request<IndexSizes>(
      connection,
      {
        method: 'GET',
        path: '/tidewatch-*/_stats/store',
        querystring: { filter_path: 'indices.*.total.store.size_in_bytes' },
      },
      'the sizes of indices',
    ),
    request<NodeDisks>(
      connection,
      {
        method: 'GET',
        path: '/_nodes/stats/fs',
        querystring: { filter_path: 'nodes.*.name,nodes.*.roles,nodes.*.fs.total' },
      },
      'the room on nodes',
      [400, 403, 404],
    ),
  ]);
  const bytes = Object.entries(sizes.body.indices ?? {}).map(
    ([index, { total }]) => [index, total.store.size_in_bytes] as const,
  );
  return {
    partitions: bytes.flatMap(([index, size]) => {
      const partition = partitionOf(index);
      return partition === undefined ? [] : [{ ...partition, bytes: size }];
    }),
    alerts: bytes.reduce((sum, [index, size]) => sum + (partitionOf(index) === undefined ? size : 0), 0),
    nodes: nodes.status === 200 ? nodesOf(nodes.body) : [],
  };
}

const nodesOf = ({ nodes = {} }: NodeDisks): ClusterDisk['nodes'] =>
  Object.values(nodes).flatMap(({ name, roles = ['data'], fs }) => {
    const { total_in_bytes: size = 0, available_in_bytes: free = 0 } = fs?.total ?? {};
    return size > 0 && roles.some((role) => role.startsWith('data')) ? [{ name, size, free }] : [];
  });
