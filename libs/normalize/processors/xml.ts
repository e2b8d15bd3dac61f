import type { Json, JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { withFields } from '../draft.ts';
import { addOwn } from '../setters.ts';
import { eventOf } from '../windows/event_xml.ts';
import { windowsDraft } from '../windows/windows.ts';
import { readXml, type XmlElement } from '../xml_tree.ts';
import { defineProcessor, fieldPath, textField } from './processor.ts';
import { failed, fieldReader, mergeFields, merger, textOf } from './work.ts';

/** Reads XML. */
export const xml = defineProcessor({
  name: 'xml',
  summary:
    'Reads XML: elements and attributes become members, repeated ones lists, text beside them `text`. A Windows event becomes one as from an agent.',
  config: z.strictObject({
    field: textField,
    to: fieldPath
      .describe('Where the root’s members go. Without it they join the event’s own fields.')
      .exactOptional(),
  }),
  examples: [
    {
      title: 'elements and attributes',
      config: { field: '_xml', to: 'app' },
      before: {
        _xml: '<a:login result="ok"><user id="7">alice</user><ip>192.0.2.7</ip><ip>::1</ip><n/></a:login>',
      },
      after: {
        _xml: '<a:login result="ok"><user id="7">alice</user><ip>192.0.2.7</ip><ip>::1</ip><n/></a:login>',
        app: { result: 'ok', user: { id: '7', text: 'alice' }, ip: ['192.0.2.7', '::1'] },
      },
    },
    {
      title: 'a document type, which could name what is to be fetched',
      config: { to: 'app' },
      before: { message: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' },
      fails: 'invalid_xml',
    },
  ],
  create({ field, to }) {
    const read = fieldReader(field);
    const merge = merger(to);
    return (work) => {
      const text = textOf(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const result = readXml(text.trim());
      if (!result.ok) return failed(`${result.reason}: ${field}`);
      const event = eventOf(result.root, work.context);
      if (event === undefined) {
        const value = contentOf(result.root);
        merge(work, typeof value === 'object' ? (value as JsonObject) : { text: value });
        return undefined;
      }
      const { dataset, time, created, fields } = withFields(windowsDraft(event));
      mergeFields(work.fields, fields);
      work.dataset = dataset;
      if (time !== undefined) work.time = time;
      if (created !== undefined) work.created = created;
      return undefined;
    };
  },
});

/** An element’s text, or an object of what is in it. */
function contentOf({ attributes, children, text }: XmlElement): Json {
  const own = text.trim();
  if (children.length === 0 && attributes.size === 0) return own;
  const value: JsonObject = {};
  for (const [name, attribute] of attributes)
    if (attribute !== '' && !name.startsWith('xmlns')) addOwn(value, keyOf(name), attribute);
  for (const child of children) {
    const inner = contentOf(child);
    if (inner === '') continue;
    const key = keyOf(child.name);
    const present = Object.hasOwn(value, key) ? value[key] : undefined;
    if (present === undefined) addOwn(value, key, inner);
    else if (Array.isArray(present)) present.push(inner);
    else value[key] = [present, inner];
  }
  if (own !== '') addOwn(value, 'text', own);
  return value;
}

/** XML’s names may have dots and colons, which are no part of a field’s name. */
const keyOf = (name: string): string => name.replaceAll(/[.:]/g, '_');
