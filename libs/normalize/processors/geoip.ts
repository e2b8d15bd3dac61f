import { z } from 'zod';
import { objectAt } from '../setters.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, textAt } from './work.ts';

/** Says where an address is. */
export const geoip = defineProcessor({
  name: 'geoip',
  summary:
    'Says where an address is, and whose network. For ECS’ own fields (`source.ip` and the like) that happens by itself: this is for addresses elsewhere.',
  config: z.strictObject({
    field: fieldPath.describe('The address.').meta({ examples: ['vpn.assigned_ip'] }),
    to: fieldPath.describe('What gets `geo` and `as`.').meta({ examples: ['vpn'] }),
  }),
  examples: [
    {
      title: 'an address of another field',
      config: { field: 'vpn.remote', to: 'client' },
      before: { vpn: { remote: '203.0.113.7' } },
      after: {
        vpn: { remote: '203.0.113.7' },
        client: { geo: { country_iso_code: 'NL' }, as: { number: 64_500 } },
      },
    },
    {
      title: 'one of which nothing is known',
      config: { field: 'vpn.remote', to: 'client' },
      before: { vpn: { remote: '10.0.0.1' } },
      after: { vpn: { remote: '10.0.0.1' } },
    },
  ],
  create({ field, to }, { resources: { enrichers } }) {
    const read = fieldReader(field);
    const keys = to.split('.');
    return (work) => {
      const address = textAt(read, work);
      const answer = address === undefined ? undefined : enrichers?.geo(address);
      if (answer !== undefined) Object.assign(keys.reduce(objectAt, work.fields), answer);
      return undefined;
    };
  },
});
