import type { NewRecord, StreamRecord } from '@tidewatch/stream';

const header = 'idle-source';

/**
 * The record that declares a source idle. It stands in the stream among the events, so that whoever reads the stream
 * again learns of it at the same place; other readers pass it by.
 *
 * @param at until when nothing more of the source is expected, epoch milliseconds
 */
export const idleMark = (source: string, at: number): NewRecord => ({
  key: source,
  headers: { [header]: String(at) },
  value: new Uint8Array(),
});

export const isIdleMark = (record: StreamRecord): boolean => record.headers[header] !== undefined;

/** The time that an idle mark holds, epoch milliseconds. */
export const idleSince = (record: StreamRecord): number => Number(record.headers[header]);
