import type { JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { setter } from './work.ts';

/** Sets fields to constants. */
export const set = defineProcessor({
  name: 'set',
  summary: 'Sets fields to fixed values; an object adds its members to what is there.',
  config: z
    .record(fieldPath, z.json())
    .describe('Value by field.')
    .meta({ examples: [{ event: { category: ['network'], type: ['denied'] }, 'log.level': 'warning' }] }),
  examples: [
    {
      title: 'what a line means',
      config: { event: { category: ['network'], type: ['denied'] }, 'network.transport': 'tcp' },
      before: { event: { action: 'drop' } },
      after: {
        event: { action: 'drop', category: ['network'], type: ['denied'] },
        network: { transport: 'tcp' },
      },
    },
  ],
  create(config) {
    const put = setter(config as JsonObject);
    return (work) => {
      put(work);
      return undefined;
    };
  },
});
