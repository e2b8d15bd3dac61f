import { z } from 'zod';
import { indicatorKinds } from '../enrich/enrichers.ts';
import { warn } from '../enrich/warn.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, textAt } from './work.ts';

/** Notes that feeds warn of a value. */
export const threatIntel = defineProcessor({
  name: 'threat_intel',
  summary:
    'Notes in `threat` that feeds warn of a value. For ECS’ own fields (addresses, domains, URLs, hashes) that happens by itself: this is for values elsewhere.',
  config: z.strictObject({
    field: fieldPath.describe('The value.').meta({ examples: ['door.firmware_sha256'] }),
    kind: z.enum(indicatorKinds).describe('What it is.'),
  }),
  examples: [
    {
      title: 'an address that a feed warns of',
      config: { field: 'vpn.remote', kind: 'ip' },
      before: { vpn: { remote: '203.0.113.66' } },
      after: {
        vpn: { remote: '203.0.113.66' },
        threat: {
          enrichments: [
            {
              indicator: { provider: 'blocklist', type: 'ipv4-addr', ip: '203.0.113.66' },
              matched: { atomic: '203.0.113.66', field: 'vpn.remote', occurred: '2026-11-21T09:08:05.250Z' },
            },
          ],
          indicator: { provider: 'blocklist', type: 'ipv4-addr', ip: '203.0.113.66' },
          feed: { name: 'blocklist' },
        },
      },
    },
    {
      title: 'one that none does',
      config: { field: 'vpn.remote', kind: 'ip' },
      before: { vpn: { remote: '203.0.113.7' } },
      after: { vpn: { remote: '203.0.113.7' } },
    },
  ],
  create({ field, kind }, { resources: { enrichers } }) {
    const read = fieldReader(field);
    return (work) => {
      const value = textAt(read, work);
      const matches = value === undefined ? undefined : enrichers?.threat(kind, value);
      if (value !== undefined && matches !== undefined)
        warn(work.fields, field, value, matches, work.context.received);
      return undefined;
    };
  },
});
