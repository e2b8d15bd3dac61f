import type { StreamRecord } from '@tidewatch/stream';
import type { Finding, LogReport, PartitionReport, StreamReport } from '@tidewatch/stream/wal';
import { visibleLine } from '../dead_letters/visible.ts';

/** How much of a value is shown on its line. */
const shown = 2_000;

const kinds: Record<Finding['kind'], string> = {
  torn_tail: 'torn tail: an append that was never acknowledged; the next start cuts it',
  damaged_records: 'damaged records: the others are read, these are set aside',
  damaged_head: 'damaged head: nothing in this segment can be checked; the next start sets it aside',
  missing_records: 'missing records: gone before this point, though the log did not delete them',
  damaged_marks:
    'damaged marks: a segment that vanished would not be missed; the next start writes them anew',
  damaged_positions: 'damaged positions: the group will begin anew at the first record',
  set_aside: 'set aside earlier as damaged',
};

/** A report as people read it. */
export function reportText(report: LogReport, values: boolean): string {
  const { pid, verified, sound, streams } = report;
  const partitions = streams.flatMap((stream) => stream.partitions);
  const killed = partitions.some(({ closed }) => closed === false);
  const last = killed ? '; the last one was stopped before it could close it' : '';
  const state = pid === null ? `no process has it open${last}` : `process ${pid} has it open`;
  const checked = verified
    ? 'every checksum was looked at'
    : 'heads and ends were looked at; --verify checks every record';
  const found = streams.reduce((sum, { damage }) => sum + damage.length, 0);
  return [
    `${visibleLine(report.directory, shown)}: ${state}`,
    ...streams.map((stream) => streamText(stream, values)),
    sound ? `Sound: ${checked}.` : `${found} ${found === 1 ? 'fault' : 'faults'} found; ${checked}.`,
  ].join('\n\n');
}

function streamText(stream: StreamReport, values: boolean): string {
  const { partitions, groups, damage, records } = stream;
  const lines = [
    `Stream ${stream.stream}: ${count(recordsIn(partitions), 'record')}, ${sizeText(stream.bytes)}`,
  ];
  const segments = partitions.flatMap(({ partition, segments: rows }) =>
    rows.map(({ file, version, first, next, bytes, firstTime, lastTime }) => [
      `${partition}/${file}`,
      next > first ? `${first}..${next - 1}` : `${first}..`,
      String(bytes),
      timeText(firstTime),
      timeText(lastTime),
      String(version),
    ]),
  );
  lines.push(...table(['segment', 'offsets', 'bytes', 'first', 'last', 'format'], segments));
  const readers = groups.map(({ group, positions, records: lag, seconds }) => [
    group,
    positions === null
      ? 'damaged'
      : Object.entries(positions)
          .map((entry) => entry.join(':'))
          .join(' ') || 'none',
    String(lag),
    seconds.toFixed(0),
  ]);
  if (readers.length > 0) lines.push('', ...table(['group', 'positions', 'lag records', 'lag s'], readers));
  if (damage.length > 0) lines.push('', ...damage.map((finding) => visibleLine(findingText(finding), shown)));
  if (records.length > 0) lines.push('', ...records.map((record) => recordText(record, values)));
  return lines.join('\n');
}

function findingText({ kind, file, position, bytes, records }: Finding): string {
  const size = [
    records ? count(records, 'record') : undefined,
    bytes === 0 ? undefined : count(bytes, 'byte'),
  ];
  const known = size.filter((part) => part !== undefined).join(', ');
  return `DAMAGE ${file}${position === 0 ? '' : ` at ${position}`}${known === '' ? '' : ` (${known})`}: ${kinds[kind]}`;
}

function recordText({ position, appendedAt, key, headers, value }: StreamRecord, values: boolean): string {
  const fields = Object.entries(headers).map(([name, content]) => `${name}=${content}`);
  const head = [
    timeText(appendedAt),
    `${position.partition}:${position.offset}`,
    key,
    ...fields,
    `${value.byteLength} B`,
  ];
  const line = visibleLine(head.join('  '), shown);
  return values ? `${line}\n    ${visibleLine(contentOf(value).value, shown)}` : line;
}

/** A report for programs: no value unless asked for, and then as text, or in Base64 where it is no UTF-8. */
export function reportJson(report: LogReport, values: boolean): unknown {
  const streams = report.streams.map((stream) => ({
    ...stream,
    records: stream.records.map(({ key, headers, position, appendedAt, value }) => ({
      ...position,
      appendedAt,
      key,
      headers,
      bytes: value.byteLength,
      ...(values ? contentOf(value) : {}),
    })),
  }));
  return { ...report, streams };
}

function contentOf(value: Uint8Array): { value: string; encoding: 'utf8' | 'base64' } {
  try {
    return {
      value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value),
      encoding: 'utf8',
    };
  } catch {
    return { value: Buffer.from(value).toString('base64'), encoding: 'base64' };
  }
}

const recordsIn = (partitions: readonly PartitionReport[]): number =>
  partitions.reduce((sum, { first, next }) => sum + next - first, 0);

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
const timeText = (time: number | null): string => (time === null ? '-' : new Date(time).toISOString());
const sizeText = (bytes: number): string =>
  bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** Columns as wide as what stands in them; numbers to the right. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads, ...rows];
  const widths = heads.map((_, i) => Math.max(...all.map((row) => (row[i] as string).length)));
  return all.map((row) =>
    row
      .map((cell, i) =>
        /^\d+$/.test(rows[0]?.[i] ?? '')
          ? cell.padStart(widths[i] as number)
          : cell.padEnd(widths[i] as number),
      )
      .join('  ')
      .trimEnd(),
  );
}
