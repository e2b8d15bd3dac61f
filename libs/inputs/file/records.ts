import type { RawRecord, RecordHints } from '@tidewatch/plugin';
import { createAsciiReader, headOf } from '../lines.ts';
import type { FileConfig } from './config.ts';
import type { HeaderChange } from './header.ts';
import type { FilePosition } from './positions.ts';

const lineFeed = 10;
/** Most records handed on at once: of more, many would be moved about in memory before they are done with. */
const batchRecords = 1_000;

/** Makes the records of one file as it is now. */
export interface RecordMaker {
  /**
   * @param from where in the file the chunk begins
   * @param bounds where each record begins and ends in it, by turns
   * @param changes where it changes the header
   */
  batches(
    chunk: Buffer,
    from: number,
    bounds: readonly number[],
    changes: readonly HeaderChange[],
  ): Iterable<readonly RawRecord[]>;
  /** A line over the cap, of which `head` is the beginning. */
  cut(head: Buffer, offset: number, length: number): RawRecord;
}

export function createRecordMaker(
  { max_line_bytes: maxLine, dataset, format }: FileConfig,
  path: string,
  { fingerprint, header }: Pick<FilePosition, 'fingerprint' | 'header'>,
): RecordMaker {
  const named: RecordHints = { path, ...(dataset === undefined ? {} : { dataset }) };
  let hints = header == null ? named : { ...named, header };

  function cut(head: Buffer, offset: number, length: number): RawRecord {
    return {
      bytes: head,
      format,
      position: { kind: 'file', fingerprint: fingerprint ?? '', offset },
      received: Date.now(),
      hints: { ...hints, truncatedFrom: length },
    };
  }

  return {
    cut,
    *batches(chunk, from, bounds, changes) {
      let changed = 0;
      const { buffer, byteOffset } = chunk;
      const textOf = createAsciiReader(chunk);
      let records: RawRecord[] = [];
      let received = Date.now();
      for (let i = 0; i < bounds.length; i += 2) {
        const start = bounds[i] as number;
        const end = bounds[i + 1] as number;
        for (
          let next = changes[changed];
          next !== undefined && next.after <= start;
          next = changes[++changed]
        )
          hints = { ...named, header: next.header };
        records.push(
          isLineOver(maxLine, chunk, start, end)
            ? cut(headOf(chunk.subarray(start), maxLine), from + start, end - start)
            : {
                // A Buffer would take twice as long to make.
                bytes: new Uint8Array(buffer, byteOffset + start, end - start),
                text: textOf(start, end),
                format,
                position: { kind: 'file', fingerprint: fingerprint ?? '', offset: from + start },
                received,
                hints,
              },
        );
        if (records.length < batchRecords) continue;
        yield records;
        records = [];
        received = Date.now();
      }
      if (records.length > 0) yield records;
    },
  };
}

/** Whether a record's first line is over the cap; records of several lines may be longer. */
const isLineOver = (maxLine: number, chunk: Buffer, start: number, end: number): boolean =>
  end - start > maxLine && !chunk.subarray(start, Math.min(end, start + maxLine + 2)).includes(lineFeed);
