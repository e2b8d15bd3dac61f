import { setImmediate } from 'node:timers/promises';
import type { StreamRecord } from '../contract.ts';
import { createRecordWriter, noHeaders } from './format.ts';
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

/** Memory up to this size is kept from one group to the next: new pages cost more than to fill them. */
const keptBytes = 2 * 1024 * 1024;

/** @param bytes what the records take in all, as {@link createMeasure} has it */
export type EncodeGroup = (group: readonly Waiting[], bytes: number, stamp: Stamp) => Promise<Encoded>;

/** Makes the encoder of one partition. What it answers holds until it is called again. */
export function createGroupEncoder(): EncodeGroup {
  let kept: Buffer = Buffer.alloc(0);

  function room(bytes: number): Buffer {
    if (bytes > keptBytes) return Buffer.allocUnsafeSlow(bytes);
    if (bytes > kept.length) kept = Buffer.allocUnsafeSlow(Math.min(keptBytes, 2 * bytes));
    return kept.subarray(0, bytes);
  }

  return async (group, bytes, { partition, first, appendedAt, salt, keep }) => {
    const buffer = room(bytes);
    const write = createRecordWriter(buffer, appendedAt, salt);
    const recent: StreamRecord[] = [];
    const marks: number[] = [];
    let offset = first;
    let at = 0;
    for (const { records } of group) {
      for (const record of records) {
        if ((offset - first) % slice === slice - 1) await setImmediate();
        marks.push(at);
        at = write(at, record, offset);
        if (keep) {
          const { key, headers = noHeaders, value, decoded } = record;
          recent.push({ key, headers, value, decoded, position: { partition, offset }, appendedAt });
        }
        offset++;
      }
    }
    return { buffer, recent, marks, first, appendedAt };
  };
}
