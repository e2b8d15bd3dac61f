import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { domainParts } from './url_parts.ts';
import { fieldReader, merger, textAt } from './work.ts';

/** Finds the registered part of a domain. */
export const registeredDomain = defineProcessor({
  name: 'registered_domain',
  summary:
    'Finds what of a domain’s name is registered: `registered_domain`, `subdomain` and `top_level_domain`, by the list of public suffixes.',
  config: z.strictObject({
    field: fieldPath.describe('The name; where it is missing, or is an address, nothing is done.'),
    to: fieldPath.describe('Where the parts go; default: beside the name.').exactOptional(),
  }),
  examples: [
    {
      title: 'the name of a question',
      config: { field: 'dns.question.name' },
      before: { dns: { question: { name: 'a.b.example.co.uk' } } },
      after: {
        dns: {
          question: {
            name: 'a.b.example.co.uk',
            registered_domain: 'example.co.uk',
            top_level_domain: 'co.uk',
            subdomain: 'a.b',
          },
        },
      },
    },
    {
      title: 'an address',
      config: { field: 'url.domain' },
      before: { url: { domain: '192.0.2.7' } },
      after: { url: { domain: '192.0.2.7' } },
    },
  ],
  create({ field, to }) {
    const read = fieldReader(field);
    const parent = field.split('.').slice(0, -1).join('.');
    const merge = merger(to ?? (parent === '' ? undefined : parent));
    return (work) => {
      const name = textAt(read, work);
      const parts = name === undefined ? undefined : domainParts(name);
      if (parts !== undefined) merge(work, parts);
      return undefined;
    };
  },
});
