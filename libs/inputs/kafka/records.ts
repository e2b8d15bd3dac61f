import type { RawRecord, RecordHints } from '@tidewatch/plugin';
import type { TopicBatch, TopicRecord } from '@tidewatch/stream/kafka';
import { headOf } from '../lines.ts';
import { createSourceMap, isName } from '../names.ts';
import type { KafkaConfig } from './config.ts';

/** Headers travel with a record to the dead letters, so there is an end to them. */
const mostHeaders = 64;
const mostHeaderCharacters = 1_024;

const formats = { json: 'json', lines: 'text', auto: 'auto' } as const;

/** Records of a batch as the pipeline takes them; those without a value are left out. */
export function createRecordReader(
  config: KafkaConfig,
): (batch: TopicBatch, received: number) => RawRecord[] {
  const { dataset, max_record_bytes: maxBytes } = config;
  const format = formats[config.format];
  return ({ cluster, topic, partition, records }, received) => {
    const shared: RecordHints = { topic, ...(dataset === undefined ? {} : { dataset }) };
    return records.flatMap(({ offset, value, headers }) => {
      const whole = value === undefined ? undefined : withoutLineEnd(value);
      if (whole === undefined || whole.length === 0) return [];
      const cut = whole.length > maxBytes;
      const hints = withHeaders(shared, headers);
      return {
        bytes: cut ? headOf(whole, maxBytes) : whole,
        format,
        position: { kind: 'kafka', cluster, topic, partition, offset },
        received,
        hints: cut ? { ...hints, truncatedFrom: whole.length } : hints,
      };
    });
  };
}

/**
 * Makes the choice of a topic's source: what `sources` maps it to, else `source`, else its own name in lower case
 * without the `_` and `-` that a source's name can't begin with.
 */
export function createSourceOf({ source, sources }: KafkaConfig): (topic: string) => string {
  const mapped = createSourceMap(source === undefined ? sources : { ...sources, '*': source });
  return (topic) => {
    const name = mapped(topic);
    if (isName(name)) return name;
    const plain = name.toLowerCase().replace(/^[_-]+/, '');
    return isName(plain) ? plain : 'kafka';
  };
}

function withoutLineEnd(value: Uint8Array): Buffer {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
  return bytes.subarray(0, end);
}

function withHeaders(hints: RecordHints, headers: TopicRecord['headers']): RecordHints {
  const entries = Object.entries(headers)
    .filter(([name]) => name.length <= mostHeaderCharacters)
    .slice(0, mostHeaders);
  if (entries.length === 0) return hints;
  const texts = entries.map(([name, value]) => {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return [name, bytes.toString('utf8', 0, mostHeaderCharacters)] as const;
  });
  return { ...hints, headers: Object.fromEntries(texts) };
}
