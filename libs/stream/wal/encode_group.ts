import { setImmediate } from 'node:timers/promises';
import type { StreamRecord } from '../contract.ts';
import { encodeRecord, noHeaders } from './format.ts';
import type { Waiting } from './group_commit.ts';

/** A group of appends as it goes to the segment. */
export interface Encoded {
  readonly buffer: Buffer;
  /** The records for those who follow; empty where nobody does. */
  readonly recent: readonly StreamRecord[];
  /** Where each record begins in the buffer. */
  readonly marks: readonly number[];
  readonly first: number;
  readonly appendedAt: number;
}

interface Stamp {
  readonly partition: number;
  readonly first: number;
  readonly appendedAt: number;
  readonly salt: number;
  /** Whether somebody follows. */
  readonly keep: boolean;
}

/** Encoding so many records takes a few milliseconds, after which others have their turn. */
const slice = 2_000;

/** @param bytes what the records take in all, as {@link recordBytes} measured them */
export async function encodeGroup(
  group: readonly Waiting[],
  bytes: number,
  { partition, first, appendedAt, salt, keep }: Stamp,
): Promise<Encoded> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const recent: StreamRecord[] = [];
  const marks: number[] = [];
  let offset = first;
  let at = 0;
  for (const { records } of group) {
    for (const record of records) {
      if ((offset - first) % slice === slice - 1) await setImmediate();
      marks.push(at);
      at = encodeRecord(buffer, at, record, offset, appendedAt, salt);
      if (keep) {
        const { key, headers = noHeaders, value, decoded } = record;
        recent.push({ key, headers, value, decoded, position: { partition, offset }, appendedAt });
      }
      offset++;
    }
  }
  return { buffer, recent, marks, first, appendedAt };
}
