import type { Consumer, NewRecord, Stream, StreamRecord } from '../contract.ts';

/** Where a forwarded record came from, as JSON: partition, offset, appendedAt, key. */
const originHeader = 'tidewatch-origin';

function forwarded(record: StreamRecord, key: string): NewRecord {
  const { position, appendedAt, headers, value } = record;
  const origin = JSON.stringify([position.partition, position.offset, appendedAt, record.key]);
  return { key, value, headers: { ...headers, [originHeader]: origin } };
}

/** The record as it stood before it was forwarded. */
export function originalOf(record: StreamRecord): StreamRecord {
  const { [originHeader]: origin = '', ...headers } = record.headers;
  const [partition, offset, appendedAt, key] = JSON.parse(origin) as [number, number, number, string];
  return { key, headers, value: record.value, position: { partition, offset }, appendedAt };
}

/**
 * Writes a stream's records to another under the keys of a stage. A crash, or a forwarder that does not know yet that
 * its partition is another's, forwards again: but never out of order within a partition, so whoever remembers how far it
 * has come in each tells what it had already.
 */
export function createForwarder(config: {
  readonly stream: Stream;
  readonly to: Stream;
  readonly group: string;
  readonly from: 'earliest' | 'latest';
  readonly keyOf: (record: StreamRecord) => string | undefined;
}): Promise<Consumer> {
  const { stream, to, group, from, keyOf } = config;
  return stream.subscribe({
    group,
    from,
    process: async ({ records }) => {
      const batch: NewRecord[] = [];
      for (const record of records) {
        const key = keyOf(record);
        if (key !== undefined) batch.push(forwarded(record, key));
      }
      await to.append(batch);
    },
  });
}
