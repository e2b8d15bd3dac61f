import { isObject, parseJson } from '@tidewatch/event';
import { z } from 'zod';
import { expandDotted } from '../dotted.ts';
import { defineProcessor, fieldPath, textField } from './processor.ts';
import { failed, fieldReader, merger, textOf, workWriter } from './work.ts';

/** Reads JSON that stands in a field. */
export const json = defineProcessor({
  name: 'json',
  summary: 'Reads JSON that stands as text in a field; dotted names become nested ones.',
  config: z.strictObject({
    field: textField,
    to: fieldPath
      .describe('Where it goes. Without it an object’s members join those of the event.')
      .exactOptional(),
  }),
  examples: [
    {
      title: 'members join the event’s',
      config: {},
      before: { message: '{"user.name":"alice","source":{"port":4711}}' },
      after: {
        message: '{"user.name":"alice","source":{"port":4711}}',
        user: { name: 'alice' },
        source: { port: 4711 },
      },
    },
    {
      title: 'all of it in one place',
      config: { field: '_body', to: 'okta' },
      before: { _body: '{"a":[1,{"b.c":2}]}' },
      after: { _body: '{"a":[1,{"b.c":2}]}', okta: { a: [1, { 'b.c': 2 }] } },
    },
    { title: 'no JSON', config: {}, before: { message: '{"a":' }, fails: 'invalid_json' },
    { title: 'no object', config: {}, before: { message: '[1]' }, fails: 'not_an_object' },
  ],
  create({ field, to }) {
    const read = fieldReader(field);
    const merge = merger(to);
    const write = to === undefined ? undefined : workWriter(to);
    return (work) => {
      const text = textOf(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const parsed = parseJson(text);
      if (!parsed.ok) return failed(`${parsed.reason}: ${field}`);
      if (parsed.hostileKeys > 0) work.context.warn('hostile_key');
      const { value } = parsed;
      if (!isObject(value)) {
        if (write === undefined) return failed(`not_an_object: ${field}`);
        write(work, value);
        return undefined;
      }
      const expanded = parsed.dotted ? expandDotted(value) : { ok: true as const, value };
      if (!expanded.ok) return failed(`too_deep: ${field}`);
      merge(work, expanded.value);
      return undefined;
    };
  },
});
