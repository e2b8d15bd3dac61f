import type { Json } from '@tidewatch/event';
import { z } from 'zod';
import { canonical } from './fingerprint.ts';
import { defineProcessor, fieldPath, oneOrMore } from './processor.ts';
import { copyOf, fieldReader, workWriter } from './work.ts';

/** Members that a list is filled up to. */
const maxMembers = 10_000;

/** Adds to lists. */
export const append = defineProcessor({
  name: 'append',
  summary:
    'Adds a field’s value, or the members of its list, to lists elsewhere; what is there already is not added.',
  config: z
    .record(fieldPath, oneOrMore(fieldPath))
    .describe('One list or several by field.')
    .meta({ examples: [{ 'source.ip': 'related.ip' }] }),
  examples: [
    {
      title: 'values that are gathered',
      config: { 'source.ip': 'related.ip', _ips: 'related.ip' },
      before: { source: { ip: '192.0.2.7' }, _ips: ['192.0.2.7', '192.0.2.8'], related: { ip: '192.0.2.1' } },
      after: {
        source: { ip: '192.0.2.7' },
        _ips: ['192.0.2.7', '192.0.2.8'],
        related: { ip: ['192.0.2.1', '192.0.2.7', '192.0.2.8'] },
      },
    },
  ],
  create(config) {
    const lists = Object.entries(config).flatMap(([from, to]) =>
      to.map((path) => ({ read: fieldReader(from), readList: fieldReader(path), write: workWriter(path) })),
    );
    return (work) => {
      for (const { read, readList, write } of lists) {
        const added = listOf(read(work.fields));
        if (added.length === 0) continue;
        const list = [...listOf(readList(work.fields))];
        const known = new Set(list.map(keyOf));
        for (const value of added) {
          if (list.length >= maxMembers) break;
          const key = keyOf(value);
          if (known.has(key)) continue;
          known.add(key);
          list.push(copyOf(value));
        }
        write(work, list);
      }
      return undefined;
    };
  },
});

const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** Equal for equal values alone: what begins with a quotation mark is a text. */
function keyOf(value: Json): Json {
  if (typeof value === 'string') return `"${value}`;
  return typeof value === 'object' ? canonical(value) : value;
}
