import { z } from 'zod';
import { fillFrom } from '../fill.ts';
import { objectAt } from '../setters.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, textAt } from './work.ts';

/** Adds the row of a table. */
export const asset = defineProcessor({
  name: 'asset',
  summary:
    'Adds what a table of `enrichment.tables` has of a value: of a host, a person, a badge. What the event says itself stays.',
  config: z.strictObject({
    table: z
      .string()
      .describe('The table’s name in the configuration.')
      .meta({ examples: ['badges'] }),
    field: fieldPath.describe('The value that is looked up.'),
    to: fieldPath.describe('What the row’s fields go under. Default: the event.').exactOptional(),
  }),
  examples: [
    {
      title: 'whose badge it is',
      config: { table: 'badges', field: 'door.badge' },
      before: { door: { badge: '4711' }, user: { id: '7' } },
      after: { door: { badge: '4711' }, user: { id: '7', name: 'alice' } },
    },
    {
      title: 'one that the table does not have',
      config: { table: 'badges', field: 'door.badge', to: 'door.owner' },
      before: { door: { badge: '1' } },
      after: { door: { badge: '1' } },
    },
  ],
  create({ table, field, to }, { resources: { enrichers } }) {
    const read = fieldReader(field);
    const keys = to === undefined ? [] : to.split('.');
    return (work) => {
      const value = textAt(read, work);
      // Looked up each time: a reload may bring the table, or another one of its name.
      const row = value === undefined ? undefined : enrichers?.table(table)?.get(value);
      if (row !== undefined) fillFrom(keys.reduce(objectAt, work.fields), row);
      return undefined;
    };
  },
});
