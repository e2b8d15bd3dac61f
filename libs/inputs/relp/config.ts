import { z } from 'zod';
import { senderFields, sourceField } from '../syslog/config.ts';

export const relpConfig = z.strictObject({
  ...senderFields,
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(2514)
    .meta({ description: 'Port; 0 takes any free one.', examples: [2514] }),
  source: sourceField('relp'),
  window: z
    .int()
    .min(1)
    .default(1_000)
    .meta({
      description:
        'Messages of one connection that may wait for their acknowledgement; more are not read. rsyslog itself sends 128.',
      examples: [1_000],
    }),
  max_pending_bytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024)
    .meta({
      description:
        'Messages held for the pipeline, over all connections. Above it connections are made to wait.',
      examples: [8_388_608],
    }),
});

export type RelpConfig = z.infer<typeof relpConfig>;
