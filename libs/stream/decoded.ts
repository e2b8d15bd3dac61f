import type { StreamRecord } from './contract.ts';

const parsed = new WeakMap<StreamRecord, unknown>();

/**
 * What a record's JSON value stands for: the appender's object where it is at hand, else parsed once per record. Shared,
 * so nobody may change it. Throws where the value is not JSON.
 */
export function decoded<T>(record: StreamRecord): T {
  if (record.decoded !== undefined) return record.decoded as T;
  let value = parsed.get(record);
  if (value === undefined) {
    const { buffer, byteOffset, byteLength } = record.value;
    value = JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString());
    parsed.set(record, value);
  }
  return value as T;
}
