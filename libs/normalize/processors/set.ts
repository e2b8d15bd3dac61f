import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { objectAt } from '../setters.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { mergeFields, workWriter } from './work.ts';

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
    const parts = Object.entries(config as Readonly<Record<string, Json>>).map(([path, value]) => {
      if (!isObject(value)) return { write: workWriter(path), value, keys: [] as string[] };
      return { write: undefined, value, keys: path.split('.') };
    });
    return (work) => {
      for (const { write, value, keys } of parts) {
        // Each event gets a copy of its own: later steps may change it.
        if (write !== undefined) write(work, Array.isArray(value) ? structuredClone(value) : value);
        else mergeFields(keys.reduce(objectAt, work.fields), value as JsonObject);
      }
      return undefined;
    };
  },
});
