import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { urlParts } from './url_parts.ts';
import { fieldReader, merger, textAt } from './work.ts';

/** Takes a URL apart. */
export const url = defineProcessor({
  name: 'url',
  summary:
    'Takes a URL, whole or only path and query, apart: scheme, username, domain, port, path, extension, query, fragment.',
  config: z.strictObject({
    field: fieldPath.describe('The URL; where it is missing nothing is done.').default('url.original'),
    to: fieldPath.describe('Where the parts go, and the URL itself as `original`.').default('url'),
  }),
  examples: [
    {
      title: 'a whole URL',
      config: {},
      before: { url: { original: 'https://alice:x@Example.org:8443/a/../b.PHP?c=d#e' } },
      after: {
        url: {
          original: 'https://alice:x@Example.org:8443/a/../b.PHP?c=d#e',
          scheme: 'https',
          username: 'alice',
          domain: 'example.org',
          port: 8443,
          path: '/a/../b.PHP',
          extension: 'php',
          query: 'c=d',
          fragment: 'e',
        },
      },
    },
    {
      title: 'a path, from elsewhere',
      config: { field: '_target' },
      before: { _target: '/a?b' },
      after: { _target: '/a?b', url: { original: '/a?b', path: '/a', query: 'b' } },
    },
  ],
  create({ field, to }) {
    const read = fieldReader(field);
    const merge = merger(to);
    return (work) => {
      const original = textAt(read, work);
      if (original !== undefined && original !== '') merge(work, { original, ...urlParts(original) });
      return undefined;
    };
  },
});
