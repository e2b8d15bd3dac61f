import type { Position, StreamRecord } from '../contract.ts';
import type { Connection } from './client.ts';
import { committed, type FetchedMessage, headersOf } from './protocol.ts';

const readCommitted = 1;
const fetchBytes = 1024 * 1024;
const maxWaitTime = 200;

export function recordOf(partition: number, message: FetchedMessage): StreamRecord {
  const { key, value, headers, offset, timestamp } = message;
  return {
    key: key?.toString() ?? '',
    headers: headersOf(headers, (bytes) => bytes.toString()),
    value: value ?? new Uint8Array(),
    position: { partition, offset: Number(offset) },
    appendedAt: Number(timestamp),
  };
}

/**
 * One request's worth of records from `offset` on, and the offset to go on from. Nothing, and the same offset, at the
 * end; an offset that retention overtook begins at what there is.
 */
export async function fetchFrom(
  connection: Connection,
  topic: string,
  { partition, offset }: Position,
  maxBytes = fetchBytes,
): Promise<{ readonly messages: readonly FetchedMessage[]; readonly next: number }> {
  const first = (await connection.offsets(topic, [partition], 'earliest')).get(partition) ?? 0;
  const end = (await connection.offsets(topic, [partition], 'latest')).get(partition) ?? 0;
  const from = Math.max(offset, first);
  if (from >= end) return { messages: [], next: from };
  const { responses } = await connection.retry(async () =>
    (await connection.leader(topic, partition)).fetch({
      isolationLevel: readCommitted,
      maxWaitTime,
      minBytes: 1,
      maxBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes }] }],
    }),
  );
  const fetched = responses[0]?.partitions[0];
  if (fetched === undefined) return { messages: [], next: from };
  const last = Number(fetched.messages.at(-1)?.offset ?? from);
  return {
    messages: committed(fetched).filter((message) => Number(message.offset) >= from),
    next: Math.max(last, from) + 1,
  };
}
