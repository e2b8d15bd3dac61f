import { z } from 'zod';
import { isName } from '../names.ts';

export const evtxConfig = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .meta({
      description: 'Windows event logs to read: paths or patterns with `*`, `**`, `?`, `[…]` and `{a,b}`.',
      examples: [['/evidence/**/*.evtx', '/mnt/windows/System32/winevt/Logs/Security.evtx']],
    }),
  source: z
    .string()
    .refine(isName, 'has other characters than a-z, 0-9, "_", "-" and "."')
    .default('evtx')
    .meta({ description: 'Name of the source that records come from.', examples: ['evtx', 'case-17'] }),
  poll_ms: z
    .int()
    .min(10)
    .default(5000)
    .meta({
      description: 'How often files are looked at for new records, in milliseconds.',
      examples: [5000],
    }),
});

export type EvtxConfig = z.infer<typeof evtxConfig>;
