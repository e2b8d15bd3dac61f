import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StreamRecord } from '../contract.ts';
import { errors } from '../errors.ts';
import { namePattern } from '../names.ts';
import { listGroups, type Positions, readPositions } from './groups.ts';
import {
  inspectPartition,
  type PartitionReport,
  type ReadPartition,
  unlessGone,
} from './inspect_partition.ts';
import { ownerOf } from './lock.ts';
import { listPartitions } from './stream.ts';

/** Something that is not as it was written. */
export interface Finding {
  readonly kind:
    | 'torn_tail'
    | 'damaged_records'
    | 'damaged_head'
    | 'missing_records'
    | 'damaged_marks'
    | 'damaged_positions'
    | 'set_aside';
  /** The file, relative to the stream's folder. */
  readonly file: string;
  /** Where in the file, in bytes, and how many. */
  readonly position: number;
  readonly bytes: number;
  /** How many records at least, where that is known. */
  readonly records: number | null;
}

export interface GroupReport {
  readonly group: string;
  /** The first offset not yet done, by partition; null where the file is damaged: the group will begin anew. */
  readonly positions: Readonly<Record<string, number>> | null;
  readonly records: number;
  /** Age of the oldest record not yet done. */
  readonly seconds: number;
}

export interface StreamReport {
  readonly stream: string;
  readonly directory: string;
  readonly bytes: number;
  readonly partitions: readonly PartitionReport[];
  readonly groups: readonly GroupReport[];
  readonly damage: readonly Finding[];
  /** The newest, oldest first, where they were asked for. */
  readonly records: readonly StreamRecord[];
}

export interface LogReport {
  readonly directory: string;
  /** The process that has the log open, if one has. */
  readonly pid: number | null;
  /** Whether every record's checksum was looked at, or only heads and ends. */
  readonly verified: boolean;
  readonly sound: boolean;
  readonly streams: readonly StreamReport[];
}

export interface InspectOptions {
  /** Checks every record. */
  readonly verify?: boolean;
  /** How many of the newest records of each stream to give (default 0). */
  readonly records?: number;
  /** Told how many bytes of how many are verified. */
  readonly progress?: (done: number, total: number) => void;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

/**
 * Looks at the files of a write-ahead log: it takes no lock and writes nothing, so the log may be open elsewhere. What a
 * running process has just begun to write is not damage.
 *
 * @param directory a data folder, its folder `streams`, or the folder of one stream
 * @throws LOG_NOT_FOUND, STREAM_FORMAT
 */
export async function inspectLog(directory: string, options: InspectOptions = {}): Promise<LogReport> {
  const streams = await findStreams(directory);
  const pid = (await ownerOf(dirname(streams[0] ?? join(directory, '_')))) ?? null;
  const total = options.verify ? await sizeOf(streams) : 0;
  let done = 0;
  const verified = (bytes: number): void => {
    done += bytes;
    options.progress?.(Math.min(done, total), total);
  };
  const reports: StreamReport[] = [];
  for (const stream of streams) reports.push(await inspectStream(stream, options, pid !== null, verified));
  const sound = reports.every(({ damage }) => damage.length === 0);
  return { directory, pid, verified: options.verify ?? false, sound, streams: reports };
}

async function findStreams(directory: string): Promise<string[]> {
  try {
    if (await isStream(directory)) return [directory];
    const nested = join(directory, 'streams');
    const folder = (await isFolder(nested)) && !(await isStream(nested)) ? nested : directory;
    const names = (await readdir(folder)).filter((name) => namePattern.test(name)).sort();
    const paths = names.map((name) => join(folder, name));
    const streams: string[] = [];
    for (const path of paths)
      if ((await isFolder(path)) && (await isStream(path).catch(() => false))) streams.push(path);
    if (streams.length > 0) return streams;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw errors.LOG_NOT_FOUND({ directory, reason: reasons[code] ?? message });
  }
  throw errors.LOG_NOT_FOUND({ directory, reason: 'no folder in it looks like one' });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is not a folder',
  EACCES: 'this user may not read it',
};

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isStream = async (path: string): Promise<boolean> => (await listPartitions(path)).length > 0;

async function sizeOf(streams: readonly string[]): Promise<number> {
  let total = 0;
  for (const stream of streams)
    for (const id of await listPartitions(stream))
      for (const name of await readdir(join(stream, String(id))).catch(() => []))
        if (name.endsWith('.log'))
          total += (await stat(join(stream, String(id), name)).catch(() => undefined))?.size ?? 0;
  return total;
}

async function inspectStream(
  directory: string,
  { records: wanted = 0, verify = false, clock = Date.now }: InspectOptions,
  running: boolean,
  verified: (bytes: number) => void,
): Promise<StreamReport> {
  const damage: Finding[] = [];
  const groups = await readGroups(directory, damage);
  const partitions: ReadPartition[] = [];
  for (const id of await listPartitions(directory)) {
    const passed = Math.max(0, ...groups.map(({ positions }) => positions?.get(id) ?? 0));
    const read = await inspectPartition({
      stream: directory,
      id,
      passed,
      running,
      verify,
      records: wanted,
      verified,
    });
    partitions.push(read);
    damage.push(...read.damage);
  }
  damage.push(...(await setAside(directory)));
  const newest = partitions
    .flatMap(({ records }) => records)
    .sort((a, b) => a.appendedAt - b.appendedAt || a.position.offset - b.position.offset);
  return {
    stream: basename(directory),
    directory,
    bytes: partitions.reduce((sum, { report }) => sum + report.bytes, 0),
    partitions: partitions.map(({ report }) => report),
    groups: await Promise.all(groups.map((group) => lagOf(group, partitions, clock()))),
    damage,
    records: newest.slice(Math.max(0, newest.length - wanted)),
  };
}

interface ReadGroup {
  readonly group: string;
  readonly positions: Positions | undefined;
}

async function readGroups(directory: string, damage: Finding[]): Promise<ReadGroup[]> {
  const groups: ReadGroup[] = [];
  for (const { name, path } of await listGroups(join(directory, 'groups')).catch(() => [])) {
    const found = await unlessGone(stat(path), undefined);
    const positions = await unlessGone(readPositions(path), 'forgotten' as const);
    if (found === undefined || positions === 'forgotten') continue;
    const bytes = found.size;
    if (positions === undefined)
      damage.push({
        kind: 'damaged_positions',
        file: join('groups', basename(path)),
        position: 0,
        bytes,
        records: null,
      });
    groups.push({ group: name, positions });
  }
  return groups.sort((a, b) => a.group.localeCompare(b.group, 'en'));
}

async function lagOf(
  { group, positions }: ReadGroup,
  partitions: readonly ReadPartition[],
  now: number,
): Promise<GroupReport> {
  let records = 0;
  let oldest = now;
  for (const { report, appendedAt } of partitions) {
    const position = Math.max(positions?.get(report.partition) ?? 0, report.first);
    if (position >= report.next) continue;
    records += report.next - position;
    oldest = Math.min(oldest, (await appendedAt(position)) ?? now);
  }
  const shown = positions === undefined ? null : Object.fromEntries(positions);
  return { group, positions: shown, records, seconds: (now - oldest) / 1_000 };
}

/** What the log found damaged before, and kept. */
async function setAside(directory: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of (await readdir(join(directory, 'quarantine')).catch(() => [])).sort()) {
    const file = join('quarantine', name);
    const found = await unlessGone(stat(join(directory, file)), undefined);
    if (found !== undefined)
      findings.push({ kind: 'set_aside', file, position: 0, bytes: found.size, records: null });
  }
  return findings;
}
