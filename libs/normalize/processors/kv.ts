import { type Json, type JsonObject, setField } from '@tidewatch/event';
import { z } from 'zod';
import { addOwn } from '../setters.ts';
import { readPairs } from './pairs.ts';
import { defineProcessor, fieldPath, textField } from './processor.ts';
import { failed, fieldReader, isNoValue, merger, textAt } from './work.ts';

const separator = z.string().min(1).max(16);

/** Reads pairs of names and values. */
export const kv = defineProcessor({
  name: 'kv',
  summary: 'Reads pairs such as `SRC=192.0.2.7 DPT=22`, with any separators.',
  config: z.strictObject({
    field: textField,
    to: fieldPath
      .describe('Where the pairs go. Without it they join the event’s own fields.')
      .exactOptional(),
    pair: separator.describe('What stands between pairs; several in a row are one.').default(' '),
    value: separator.describe('What stands between name and value.').default('='),
    quotes: z
      .boolean()
      .describe('Values may stand in `"…"` or `\'…\'`, with `\\` before such a mark inside.')
      .default(true),
    strip: z.string().describe('Characters taken off both ends of names and values.').exactOptional(),
    include: z.array(z.string()).describe('The only names that are taken.').exactOptional(),
    exclude: z.array(z.string()).describe('Names that are left out.').exactOptional(),
    prefix: z.string().max(64).describe('What is put before each name.').default(''),
  }),
  examples: [
    {
      title: 'pairs with blanks between them',
      config: { to: '_kv' },
      before: { message: 'IN=eth0 OUT= SRC=192.0.2.7 DF MSG="a b" a.b=1' },
      after: {
        message: 'IN=eth0 OUT= SRC=192.0.2.7 DF MSG="a b" a.b=1',
        _kv: { IN: 'eth0', SRC: '192.0.2.7', MSG: 'a b', a: { b: '1' } },
      },
    },
    {
      title: 'other separators',
      config: { pair: '; ', value: ': ', to: 'app', strip: '<>', exclude: ['b'], prefix: 'x_' },
      before: { message: 'a: <1>; b: 2; c: 3' },
      after: { message: 'a: <1>; b: 2; c: 3', app: { x_a: '1', x_c: '3' } },
    },
    { title: 'no pair', config: {}, before: { message: 'nothing here' }, fails: 'pattern_mismatch' },
  ],
  create({ field, to, strip, include, exclude, prefix, ...syntax }) {
    const read = fieldReader(field);
    const merge = merger(to);
    const bare = strip === undefined ? (text: string) => text : stripper(strip);
    const wanted = include && new Set(include);
    const unwanted = exclude && new Set(exclude);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const members: JsonObject = {};
      let count = 0;
      let hostile = false;
      readPairs(text, syntax, (rawName, rawValue) => {
        if (rawValue === undefined) return;
        count++;
        const name = bare(rawName.trim());
        const value = bare(rawValue);
        if (name === '' || isNoValue(value) || unwanted?.has(name) === true || wanted?.has(name) === false)
          return;
        if (!putNamed(members, prefix + name, value)) hostile = true;
      });
      if (count === 0) return failed(`pattern_mismatch: ${field} has no pairs`);
      if (hostile) work.context.warn('hostile_key');
      merge(work, members);
      return undefined;
    };
  },
});

/** Puts a value under a record's own name, in which dots are levels; false: the name could reach a prototype. */
export const putNamed = (members: JsonObject, name: string, value: Json): boolean =>
  name.includes('.') ? setField(members, pathOf(name), value) : addOwn(members, name, value);

/** Empty parts, which no path has, and what nests too deep stay one name. */
const pathOf = (name: string): string =>
  /^\.|\.\.|\.$/.test(name) || name.split('.', 17).length > 16 ? name.replaceAll('.', '_') : name;

function stripper(characters: string): (text: string) => string {
  const set = new Set(characters);
  return (text) => {
    let start = 0;
    let end = text.length;
    while (start < end && set.has(text[start] as string)) start++;
    while (end > start && set.has(text[end - 1] as string)) end--;
    return text.slice(start, end);
  };
}
