import { isObject } from '@tidewatch/event';
import { z } from 'zod';
import { parseNginxAccess } from '../nginx.ts';
import { objectOf } from '../written.ts';
import { defineProcessor, textField } from './processor.ts';
import { failed, fieldReader, mergeFields, textAt } from './work.ts';

/** Reads access lines of web servers. */
export const clf = defineProcessor({
  name: 'clf',
  summary:
    'Reads an access line of Apache or nginx, common or combined: source, request, answer, time. A request that is none of HTTP stands in `_request`.',
  config: z.strictObject({ field: textField }),
  examples: [
    {
      title: 'a combined line',
      config: {},
      before: {
        message:
          '203.0.113.7 - alice [21/Nov/2026:10:08:01 +0100] "GET /a?b=c HTTP/1.1" 404 512 "-" "curl/8.5.0"',
      },
      after: {
        message:
          '203.0.113.7 - alice [21/Nov/2026:10:08:01 +0100] "GET /a?b=c HTTP/1.1" 404 512 "-" "curl/8.5.0"',
        source: { ip: '203.0.113.7', address: '203.0.113.7' },
        user: { name: 'alice' },
        url: { original: '/a?b=c', query: 'b=c', path: '/a' },
        http: {
          request: { method: 'GET' },
          version: '1.1',
          response: { status_code: 404, body: { bytes: 512 } },
        },
        user_agent: { original: 'curl/8.5.0' },
        event: { category: ['web'], type: ['access'], action: 'http_request', outcome: 'failure' },
        '@timestamp': '2026-11-21T09:08:01.000Z',
      },
    },
    {
      title: 'what is asked is not HTTP',
      config: {},
      before: { message: '203.0.113.7 - - [21/Nov/2026:09:08:01 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"' },
      after: {
        message: '203.0.113.7 - - [21/Nov/2026:09:08:01 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"',
        source: { ip: '203.0.113.7', address: '203.0.113.7' },
        _request: '\\x16\\x03\\x01',
        http: { response: { status_code: 400, body: { bytes: 150 } } },
        event: { category: ['web'], type: ['access'], action: 'http_request', outcome: 'failure' },
        '@timestamp': '2026-11-21T09:08:01.000Z',
      },
    },
    { title: 'another line', config: {}, before: { message: 'GET /' }, fails: 'pattern_mismatch' },
  ],
  create({ field }) {
    const read = fieldReader(field);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const access = parseNginxAccess(text);
      if (access === undefined) return failed(`pattern_mismatch: ${field} is no access line`);
      const { written, time } = access;
      const { message: _, nginx, ...members } = objectOf(written.members);
      mergeFields(work.fields, { ...members, event: objectOf(written.event) });
      if (isObject(nginx) && nginx.request !== undefined) work.fields._request = nginx.request;
      work.time = time;
      return undefined;
    };
  },
});
