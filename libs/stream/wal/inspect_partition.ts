import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { StreamRecord } from '../contract.ts';
import { headerBytes, segmentVersion } from './header.ts';
import type { Finding } from './inspect.ts';
import { marksName, readMarks } from './marks.ts';
import { type Segment, segmentName } from './segment.ts';
import { type Survey, survey } from './survey.ts';

export interface SegmentReport {
  /** Name of the file. */
  readonly file: string;
  /** Format of the file. */
  readonly version: number;
  readonly first: number;
  /** One above the last offset. */
  readonly next: number;
  readonly bytes: number;
  /** When its first and its newest record were appended, epoch milliseconds; null where it has none. */
  readonly firstTime: number | null;
  readonly lastTime: number | null;
}

export interface PartitionReport {
  readonly partition: number;
  readonly first: number;
  readonly next: number;
  readonly bytes: number;
  /** Whether the process that wrote it closed it; null where nothing tells. */
  readonly closed: boolean | null;
  readonly segments: readonly SegmentReport[];
}

export interface ReadPartition {
  readonly report: PartitionReport;
  readonly damage: readonly Finding[];
  /** The newest. */
  readonly records: readonly StreamRecord[];
  appendedAt(offset: number): Promise<number | undefined>;
}

export interface PartitionToInspect {
  /** The stream's folder. */
  readonly stream: string;
  readonly id: number;
  /** The highest offset that a group has committed. */
  readonly passed: number;
  /** Whether a process has the log open: then its files change, and their end may be half written. */
  readonly running: boolean;
  readonly verify: boolean;
  readonly records: number;
  /** Told of each segment's bytes once they are checked. */
  readonly verified: (bytes: number) => void;
}

/** A busy machine reads slower than a busy log begins segments, but not for ever. */
const patienceMs = 10_000;
const pauseMs = 10;

export async function inspectPartition(partition: PartitionToInspect): Promise<ReadPartition> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await inspectOnce(partition);
    } catch (error) {
      // A segment was begun or deleted while its neighbours were being read.
      if (performance.now() > until || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await setTimeout(pauseMs);
    }
  }
}

async function inspectOnce(partition: PartitionToInspect): Promise<ReadPartition> {
  const { stream, id, running, verify } = partition;
  const directory = join(stream, String(id));
  const damage: Finding[] = [];
  const gone: { readonly offset: number; readonly records: number }[] = [];
  const file = (name: string): string => join(String(id), name);
  const before = await readMarks(directory);
  const found = await survey(
    {
      directory,
      partition: id,
      onHole: async (segment, { position, bytes, from, to }) => {
        const kind = bytes.length === 0 ? 'missing_records' : 'damaged_records';
        damage.push({
          kind,
          file: file(basename(segment.path)),
          position,
          bytes: bytes.length,
          records: to - from,
        });
      },
      missing: ({ before: offset, records }) => gone.push({ offset, records }),
    },
    before.marks,
    partition.passed,
  );
  if ((await readMarks(directory)).sequence !== before.sequence) throw changed();
  const { segments } = found;
  for (const { offset, records } of gone) {
    // Where no segment follows, it is the marks that tell.
    const follows = segments.some(({ base }) => base === offset);
    const name = follows ? segmentName(offset) : marksName;
    damage.push({ kind: 'missing_records', file: file(name), position: 0, bytes: 0, records });
  }
  if (before.exists && before.marks === undefined)
    damage.push({ kind: 'damaged_marks', file: file(marksName), position: 0, bytes: 0, records: null });
  for (const finding of brokenFiles(found, running)) damage.push({ ...finding, file: file(finding.file) });
  const newest = segments.at(-1);
  // What follows is told already, or being written.
  if (newest !== undefined && found.tail !== undefined) newest.size = found.tail.position;
  if (verify)
    for (const segment of segments) {
      // Retention goes on while a large log is being verified.
      await (running ? unlessGone(segment.check(), undefined) : segment.check());
      partition.verified(segment.size);
    }
  return {
    report: reportOf(id, segments, before.marks?.closed ?? null),
    damage,
    records: await newestRecords(segments, partition.records, id),
    appendedAt: async (offset) => {
      const segment = segments.findLast(({ base }) => base <= offset) ?? segments[0];
      const [record] = segment === undefined ? [] : await unlessGone(segment.read(offset, 1, 1, id), []);
      return record?.appendedAt;
    },
  };
}

/** A file may be deleted while a log that is open is looked at. */
export const unlessGone = <T, F>(reading: Promise<T>, fallback: F): Promise<T | F> =>
  reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return fallback;
  });

const changed = (): Error =>
  Object.assign(new Error('The files keep changing while they are read; try again.'), { code: 'ENOENT' });

/** Heads that are not whole, and what follows the last record. */
function brokenFiles({ headless, segments, tail }: Survey, running: boolean): Finding[] {
  const findings: Finding[] = [];
  const newest = segments.at(-1);
  for (const { path, base, size } of headless) {
    const begun = size < headerBytes && base > (newest?.base ?? -1);
    if (running && begun) continue;
    const kind = begun ? 'torn_tail' : 'damaged_head';
    findings.push({ kind, file: basename(path), position: 0, bytes: size, records: null });
  }
  if (newest !== undefined && tail !== undefined && !running) {
    const { position, bytes, records } = tail;
    const kind = records > 0 ? 'damaged_records' : 'torn_tail';
    findings.push({ kind, file: basename(newest.path), position, bytes: bytes.length, records });
  }
  return findings;
}

function reportOf(partition: number, segments: readonly Segment[], closed: boolean | null): PartitionReport {
  const next = segments.at(-1)?.end ?? 0;
  return {
    partition,
    first: Math.min(segments[0]?.base ?? 0, next),
    next,
    bytes: segments.reduce((sum, { size }) => sum + size, 0),
    closed,
    segments: segments.map((segment) => ({
      file: basename(segment.path),
      version: segmentVersion,
      first: segment.base,
      next: Math.max(segment.end, segment.base),
      bytes: segment.size,
      firstTime: segment.oldest ?? null,
      lastTime: segment.newest || null,
    })),
  };
}

async function newestRecords(
  segments: readonly Segment[],
  wanted: number,
  partition: number,
): Promise<StreamRecord[]> {
  const records: StreamRecord[] = [];
  for (let i = segments.length - 1; i >= 0 && records.length < wanted; i--) {
    const segment = segments[i] as Segment;
    const left = wanted - records.length;
    const from = Math.max(segment.base, segment.end - left);
    records.unshift(...(await segment.read(from, left, Number.POSITIVE_INFINITY, partition)));
  }
  return records;
}
