import { z } from 'zod';
import { createMemory } from './memory.ts';
import { presentKey } from './present_key.ts';
import { defineProcessor } from './processor.ts';
import { rememberedKey, tableName } from './remember.ts';
import { believedTime, isRefused } from './work.ts';

/** Ends what was remembered. */
export const forget = defineProcessor({
  name: 'forget',
  summary: 'Takes an entry of `remember` out of its table: a lease was given back, a session ended.',
  config: z.strictObject({
    table: tableName,
    key: rememberedKey,
  }),
  examples: [
    {
      title: 'a lease that was given back',
      config: { table: 'dhcp_leases', key: ['client.ip'] },
      before: { client: { ip: '192.0.2.7' } },
      after: { client: { ip: '192.0.2.7' } },
    },
  ],
  create({ table, key }, { resources }) {
    const keyOf = presentKey(key);
    const entries = (resources.memory ?? createMemory()).table(table, 1);
    return (work) => {
      const known = keyOf(work);
      if (known !== undefined && !isRefused(work)) entries.forget(known, believedTime(work));
      return undefined;
    };
  },
});
