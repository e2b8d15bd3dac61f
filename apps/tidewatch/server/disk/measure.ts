import { join } from 'node:path';
import type { DiskReport } from '@tidewatch/api/schemas';
import type { ClusterDisk } from '@tidewatch/store/opensearch';
import type { Config } from '../../config/schema.ts';
import { bytesIn, bytesOfFile, filesIn, type Volume, volumeOf } from './folder.ts';

type Reported = DiskReport['stores'][number];

/** What takes disk. Volumes stand beside the stores on them. */
export type StoreName = Reported['store'];

/** A time partition of a store with its size, by `class/partition`. */
export type PartitionSizes = ReadonlyMap<string, number>;

/** One store as it was measured, in bytes. */
export interface Measured {
  readonly store: StoreName;
  /** The path, or the address. */
  readonly place: string;
  readonly bytes: number;
  /** What counts: of the log only what it may not free by itself, of events also what is on its way. */
  readonly held: number;
  readonly budget: number;
  /** How full it is by its watermarks: 1 is the budget, or the reserve of a volume. */
  readonly share: number;
  /** Who waits when it is full: only those whose records fill it, and only where waiting helps. */
  readonly slows: Reported['slows'];
  readonly partitions?: PartitionSizes;
}

/** Bytes of the log that have yet to be read; 0 where nobody knows. */
export interface Unread {
  /** By some reader. */
  readonly log: number;
  /** By who writes them to the event store. */
  readonly events: number;
}

export interface MeasureSources {
  readonly config: Pick<Config, 'archive' | 'data' | 'disk' | 'store' | 'stream'>;
  readonly unread: () => Promise<Unread>;
  /** Undefined where nobody could ask. */
  readonly cluster: () => Promise<ClusterDisk | undefined>;
  readonly eventPartitions: () => Promise<PartitionSizes | undefined>;
}

const nothing: Unread = { log: 0, events: 0 };

/** Measures everything that this process fills: the data folder, the archive, the cluster. */
export async function measure(sources: MeasureSources): Promise<Measured[]> {
  const { config } = sources;
  const volume = await volumeOf(config.data);
  const isElsewhere = config.store.opensearch !== undefined && config.stream.kafka !== undefined;
  const unread = isElsewhere ? nothing : await sources.unread();
  const rows = [
    ...(config.store.opensearch === undefined
      ? await embedded(sources, volume, unread.events)
      : await clustered(sources)),
    ...(config.stream.kafka === undefined ? await log(config, unread.log) : []),
    row('control', join(config.data, 'control.db'), await bytesOfFile(join(config.data, 'control.db')), {
      budget: config.disk.budgets.control ?? volume.size / 20,
    }),
    volumeRow('volume', config.data, volume, config.disk.reserve ?? reserveOf(volume), 'intake'),
  ];
  return config.archive?.folder === undefined
    ? rows
    : [...rows, ...(await archived(config.archive.folder, config, volume))];
}

async function embedded(
  { config, eventPartitions }: MeasureSources,
  volume: Volume,
  unread: number,
): Promise<Measured[]> {
  const { data, disk } = config;
  const [events, alerts] = [join(data, 'store/events'), join(data, 'store/alerts.db')];
  const partitions = await eventPartitions();
  const stored = await bytesIn(events);
  return [
    row('events', events, stored, {
      held: stored + unread,
      budget: disk.budgets.events ?? volume.size / 2,
      slows: 'intake',
      partitions,
    }),
    // Deleting makes room within its one file, which stays as large: nobody's waiting would end.
    row('alerts', alerts, await bytesOfFile(alerts), { budget: disk.budgets.alerts ?? volume.size / 10 }),
  ];
}

async function clustered({ config, cluster }: MeasureSources): Promise<Measured[]> {
  const found = await cluster();
  if (found === undefined) return [];
  const { disk } = config;
  const place = config.store.opensearch?.nodes.map((node) => new URL(node).host).join(', ') ?? '';
  const size = found.nodes.reduce((sum, node) => sum + node.size, 0);
  const unlimited = found.nodes.length === 0 ? Number.POSITIVE_INFINITY : size;
  const partitions = new Map(found.partitions.map((one) => [`${one.dataClass}/${one.partition}`, one.bytes]));
  const events = found.partitions.reduce((sum, { bytes }) => sum + bytes, 0);
  const volumes = [...found.nodes]
    .sort((a, b) => a.free / a.size - b.free / b.size)
    // OpenSearch itself stops to write at 5 %, and then fails requests.
    .map((node) =>
      volumeRow('opensearch_volume', node.name, node, disk.reserve ?? node.size * 0.06, 'intake'),
    )
    .sort((a, b) => b.share - a.share);
  return [
    row('events', place, events, {
      budget: disk.budgets.events ?? unlimited / 2,
      slows: 'intake',
      partitions,
    }),
    row('alerts', place, found.alerts, { budget: disk.budgets.alerts ?? unlimited / 10, slows: 'intake' }),
    ...volumes.slice(0, 1),
  ];
}

async function log({ data, disk, stream }: MeasureSources['config'], unread: number): Promise<Measured[]> {
  const folder = join(data, 'streams');
  let letters = 0;
  let bytes = 0;
  for await (const file of filesIn(folder)) {
    bytes += file.bytes;
    if (file.path.startsWith(join(folder, 'dead-letters'))) letters += file.bytes;
  }
  const held = Math.min(bytes, letters + unread);
  return [
    // The log itself refuses at its budget.
    row('streams', folder, bytes, { held, budget: stream.budget }),
    row('dead_letters', join(folder, 'dead-letters'), letters, {
      budget: disk.budgets.dead_letters ?? stream.budget / 4,
      slows: 'dead letters',
    }),
  ];
}

async function archived(
  folder: string,
  { disk }: MeasureSources['config'],
  data: Volume,
): Promise<Measured[]> {
  const partitions = new Map<string, number>();
  let sum = 0;
  for await (const { path, bytes } of filesIn(folder)) {
    const key = path
      .slice(folder.length + 1)
      .split(/[\\/]/)
      .slice(0, 2)
      .join('/');
    partitions.set(key, (partitions.get(key) ?? 0) + bytes);
    sum += bytes;
  }
  const volume = await volumeOf(folder);
  const budget = disk.budgets.archive ?? volume.size * 0.9;
  const own = row('archive', folder, sum, { budget, partitions });
  if (volume.device === data.device) return [own];
  return [own, volumeRow('archive_volume', folder, volume, disk.reserve ?? reserveOf(volume), 'nobody')];
}

interface RowOptions {
  readonly budget: number;
  readonly held?: number;
  readonly slows?: Measured['slows'];
  readonly partitions?: PartitionSizes | undefined;
}

function row(store: StoreName, place: string, bytes: number, options: RowOptions): Measured {
  const { budget, held = bytes, slows = 'nobody', partitions } = options;
  const share = held / budget;
  return { store, place, bytes, held, budget, share, slows, ...(partitions && { partitions }) };
}

const reserveOf = ({ size }: Pick<Volume, 'size'>): number =>
  Math.min(Math.max(size * 0.02, 256 * 1024 ** 2), 20 * 1024 ** 3, size * 0.05);

/** The last ten reserves before the reserve are what the watermarks look at, however large the volume is. */
const watchedReserves = 10;

function volumeRow(
  store: StoreName,
  place: string,
  { size, free }: Pick<Volume, 'free' | 'size'>,
  reserve: number,
  slows: Measured['slows'],
): Measured {
  const bytes = size - free;
  const share = Math.max(0, 1 - (free - reserve) / (watchedReserves * reserve));
  return { store, place, bytes, held: bytes, budget: size - reserve, share, slows };
}
