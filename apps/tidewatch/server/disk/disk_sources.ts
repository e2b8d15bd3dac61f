import { isTidewatchError } from '@tidewatch/event';
import type { ClusterDisk, OpenSearchConnection } from '@tidewatch/store/opensearch';
import type { StreamStats } from '@tidewatch/stream';
import type { Runtime } from '../runtime.ts';
import type { MeasureSources, PartitionSizes, StoreName, Unread } from './measure.ts';
import type { LifeOf } from './outlook.ts';

/** What a running process knows of its stores. */
export interface DiskSources {
  /** By the configuration of now. */
  sources(): MeasureSources;
  lifeOf(store: StoreName): LifeOf;
}

/** How the stores of a running process are measured; the cluster also where this process opened none of it. */
export function openDiskSources(runtime: Runtime): DiskSources {
  const { adapters, classes, log } = runtime;
  const { events, matches, outputs, redirects } = adapters;
  const beside = [
    ...(matches === undefined ? [] : [matches]),
    ...outputs.map(({ stream }) => stream),
    ...redirects.values(),
  ];
  const askCluster = clusterAsker(runtime);
  let unreachable = false;

  async function cluster(): Promise<ClusterDisk | undefined> {
    try {
      const found = await askCluster();
      unreachable = false;
      return found;
    } catch (error) {
      if (!isTidewatchError(error)) throw error;
      if (!unreachable)
        log.warn({ code: error.code, reason: error.message }, 'The cluster did not say how full it is');
      unreachable = true;
      return undefined;
    }
  }

  async function unread(): Promise<Unread> {
    const [own, ...others] = await Promise.all([events, ...beside].map((stream) => stream.stats()));
    const all = [own, ...others].reduce((sum, stats) => sum + behindBytes(stats as StreamStats), 0);
    return { log: all, events: behindBytes(own as StreamStats, 'index') };
  }

  async function eventPartitions(): Promise<PartitionSizes | undefined> {
    const stats = await adapters.store?.events.stats();
    return stats && new Map(stats.partitions.map((one) => [`${one.dataClass}/${one.partition}`, one.bytes]));
  }

  return {
    sources: () => ({
      config: runtime.config,
      unread,
      cluster,
      eventPartitions,
    }),
    lifeOf: (store) => (dataClass) => {
      const ttlMs = classes.get(dataClass)?.ttlMs;
      // The embedded store gives its own copy up earlier.
      const local = store === 'events' ? runtime.config.archive?.local : undefined;
      return ttlMs === undefined || local === undefined ? ttlMs : Math.min(ttlMs, local);
    },
  };
}

/** The share of a stream's bytes that its slowest reader has yet to come to, or a certain one: all where nobody reads. */
function behindBytes({ bytes, groups, partitions }: StreamStats, reader?: string): number {
  const records = partitions.reduce((sum, { first, next }) => sum + next - first, 0);
  const readers = groups.filter(({ group }) => reader === undefined || group === reader);
  const behind = readers.length === 0 ? records : Math.max(...readers.map((group) => group.records));
  return records === 0 ? 0 : Math.round((bytes * Math.min(behind, records)) / records);
}

/** A connection of its own, made when it is first needed: a process that only takes events in has no other. */
function clusterAsker({ config, onClose }: Runtime): () => Promise<ClusterDisk | undefined> {
  const { opensearch } = config.store;
  if (opensearch === undefined) return async () => undefined;
  let connection: OpenSearchConnection | undefined;
  onClose(() => connection?.close());
  return async () => {
    const { clusterDisk, connectOpenSearch } = await import('@tidewatch/store/opensearch');
    connection ??= await connectOpenSearch(opensearch);
    return clusterDisk(connection);
  };
}
