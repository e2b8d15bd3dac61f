import { z } from 'zod';
import { createMemory } from './memory.ts';
import { presentKey } from './present_key.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { rememberedKey, tableName } from './remember.ts';
import { believedTime, copyOf, fieldReader, workWriter } from './work.ts';

/** Completes an event with what an earlier one said. */
export const recall = defineProcessor({
  name: 'recall',
  summary:
    'Sets fields to what `remember` noted under the key, where the event has none of its own. Nothing where the table has nothing.',
  config: z.strictObject({
    table: tableName,
    key: rememberedKey,
    set: z.record(fieldPath, fieldPath).describe('Remembered field by the field that is set.'),
    override: z.boolean().describe('Fields that the event has are set, too.').default(false),
  }),
  examples: [
    {
      title: 'a key of which nothing is known',
      config: { table: 'dhcp_leases', key: ['source.ip'], set: { 'source.mac': 'client.mac' } },
      before: { source: { ip: '192.0.2.8' } },
      after: { source: { ip: '192.0.2.8' } },
    },
  ],
  create({ table, key, set, override }, { resources }) {
    const keyOf = presentKey(key);
    const parts = Object.entries(set).map(([path, from]) => ({
      from,
      read: fieldReader(path),
      write: workWriter(path),
    }));
    const entries = (resources.memory ?? createMemory()).table(table, 1);
    return (work) => {
      const known = keyOf(work);
      const values = known === undefined ? undefined : entries.get(known, believedTime(work));
      if (values === undefined) return undefined;
      for (const { from, read, write } of parts) {
        const value = Object.hasOwn(values, from) ? values[from] : undefined;
        if (value === undefined || (!override && read(work.fields) !== undefined)) continue;
        write(work, copyOf(value));
      }
      return undefined;
    };
  },
});
