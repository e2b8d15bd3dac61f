import type { Json } from '@tidewatch/event';
import { z } from 'zod';
import { createMemory } from './memory.ts';
import { presentKey } from './present_key.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { span } from './span.ts';
import { believedTime, copyOf, fieldReader, isRefused } from './work.ts';

export const tableName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z\d_]*$/, 'is lower case letters, digits and _, e.g. dhcp_leases')
  .describe('The table’s name; all parsers and joins of a process share it.');

/** The key of a table's entry, for who asks for one. */
export const rememberedKey = z
  .array(fieldPath)
  .min(1)
  .describe('Fields whose values together are the key, in the order of `remember`.');

/** Characters of a text that are remembered; of lists and objects that take more as JSON, nothing is. */
const maxRemembered = 4_096;

/** What is cut out of a record would keep all of the record. */
const ownText = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** Notes what later events are completed with. */
export const remember = defineProcessor({
  name: 'remember',
  summary:
    'Remembers fields under a key in a table, for `recall` on later events: who has an address, who logged on, which process has an id. Nothing where a part of the key is missing.',
  config: z.strictObject({
    table: tableName,
    key: z.array(fieldPath).min(1).describe('Fields whose values together are the key.'),
    fields: z
      .array(fieldPath)
      .min(1)
      .describe('What is remembered of the event; what is missing is left out.'),
    for: span
      .describe(
        'How long it counts, by the time of events; at most as long as the shortest time to live of the data classes.',
      )
      .default(86_400_000),
    max_entries: z
      .int()
      .min(1)
      .max(1_000_000)
      .describe(
        'Most entries of the table; beyond them the source that wrote most of them loses the one not used for longest.',
      )
      .default(100_000),
  }),
  examples: [
    {
      title: 'who has an address',
      config: { table: 'dhcp_leases', key: ['client.ip'], fields: ['client.mac', 'host.name'], for: '12h' },
      before: { client: { ip: '192.0.2.7', mac: '00-53-00-00-00-01' } },
      after: { client: { ip: '192.0.2.7', mac: '00-53-00-00-00-01' } },
    },
  ],
  create({ table, key, fields, for: ms, max_entries: maxEntries }, { resources }) {
    const keyOf = presentKey(key);
    const readers = fields.map((path) => ({ path, read: fieldReader(path) }));
    const memory = resources.memory ?? createMemory();
    const entries = memory.table(table, maxEntries);
    return (work) => {
      const known = keyOf(work);
      if (known === undefined || isRefused(work)) return undefined;
      const values: Record<string, Json> = {};
      for (const { path, read } of readers) {
        const value = read(work.fields);
        if (value === undefined) continue;
        if (typeof value === 'string') values[path] = ownText(value.slice(0, maxRemembered));
        else if (JSON.stringify(value).length <= maxRemembered) values[path] = copyOf(value);
      }
      const since = believedTime(work);
      const until = since + Math.min(ms, memory.longestMs());
      entries.put(ownText(known), { values, since, until, source: work.source });
      return undefined;
    };
  },
});
