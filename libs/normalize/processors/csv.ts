import { z } from 'zod';
import { byHeader, columnPath, directiveOf } from './header.ts';
import { defineProcessor, fieldPath, textField } from './processor.ts';
import { failed, fieldReader, isNoValue, textAt, workWriter } from './work.ts';

const character = z.string().length(1);

/** Columns that are read of one line. */
const maxColumns = 2_000;

/** Reads values separated by a character. */
export const csv = defineProcessor({
  name: 'csv',
  summary: 'Reads values that a character separates, in the order of the columns given.',
  config: z.strictObject({
    field: textField,
    columns: z
      .array(z.union([fieldPath, z.literal('')]))
      .min(1)
      .describe(
        'The field of each column; an empty text leaves one out. Values beyond them stand in `_extra`.',
      )
      .meta({ examples: [['event.created', '', 'source.ip', 'source.port']] }),
    header: z
      .strictObject({
        line: z
          .string()
          .max(64)
          .default('')
          .describe('What the line of the header begins with that names the columns.'),
        names: z
          .record(z.string(), z.union([fieldPath, z.literal('')]))
          .describe('The field of each column by its name.'),
        under: fieldPath.describe('What other columns stand under, by their names.'),
      })
      .exactOptional()
      .describe('Where the record’s file has a header, which goes before `columns`: how it is read.'),
    separator: character.describe('Between values; `"\\t"` is a tabulator.').default(','),
    quote: z
      .union([character, z.literal('')])
      .describe('Mark around values that hold a separator; twice inside it is itself. Empty: none.')
      .default('"'),
  }),
  examples: [
    {
      title: 'a line with quotation marks',
      config: { columns: ['source.ip', '', 'user.name', 'event.reason'] },
      before: { message: '192.0.2.7,x,-,"no, ""never""",1,2' },
      after: {
        message: '192.0.2.7,x,-,"no, ""never""",1,2',
        source: { ip: '192.0.2.7' },
        event: { reason: 'no, "never"' },
        _extra: ['1', '2'],
      },
    },
    {
      title: 'tabulators, and columns that are missing',
      config: { columns: ['_a', '_b', '_c'], separator: '\t', quote: '' },
      before: { message: '1\t"2' },
      after: { message: '1\t"2', _a: '1', _b: '"2' },
    },
    {
      title: 'columns that the file’s header names',
      config: {
        separator: ' ',
        quote: '',
        columns: ['source.ip', 'url.path'],
        header: { line: '#Fields: ', names: { 'c-ip': 'source.ip', date: '' }, under: 'iis.access' },
      },
      before: { _header: '#Fields: date c-ip cs(X-Client)', message: '2026-11-21 192.0.2.7 app1' },
      after: {
        _header: '#Fields: date c-ip cs(X-Client)',
        message: '2026-11-21 192.0.2.7 app1',
        source: { ip: '192.0.2.7' },
        iis: { access: { cs_x_client: 'app1' } },
      },
    },
  ],
  create({ field, columns, header: named, separator, quote }) {
    const read = fieldReader(field);
    const writersOf = byHeader((header) => {
      const paths = (named && columnsOf(header, separator, named)) ?? columns;
      return paths.map((path) => (path === '' ? undefined : workWriter(path)));
    });
    return (work) => {
      const writers = writersOf(work);
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const values =
        quote === '' || !text.includes(quote)
          ? text.split(separator, maxColumns)
          : splitQuoted(text, separator, quote);
      if (values === undefined)
        return failed(`pattern_mismatch: ${field} has a quotation mark without an end`);
      for (let i = 0; i < values.length && i < writers.length; i++) {
        const value = values[i] as string;
        if (!isNoValue(value)) writers[i]?.(work, value);
      }
      if (values.length > writers.length) work.fields._extra = values.slice(writers.length);
      return undefined;
    };
  },
});

interface Header {
  readonly line: string;
  readonly names: Readonly<Record<string, string>>;
  readonly under: string;
}

/** Fields of the columns that a header names; undefined where it names none. */
function columnsOf(
  header: string | undefined,
  separator: string,
  { line, names, under }: Header,
): string[] | undefined {
  return directiveOf(header, line)
    ?.trim()
    .split(separator, maxColumns)
    .map((name) => {
      if (Object.hasOwn(names, name)) return names[name] as string;
      const path = columnPath(name);
      return path === undefined ? '' : `${under}.${path}`;
    });
}

/** RFC 4180, section 2, for one record; undefined where a mark is not closed. */
function splitQuoted(text: string, separator: string, quote: string): string[] | undefined {
  const values: string[] = [];
  for (let at = 0; at <= text.length && values.length < maxColumns; ) {
    let value = '';
    if (text[at] === quote) {
      for (at++; ; at += 2) {
        const close = text.indexOf(quote, at);
        if (close < 0) return undefined;
        value += text.slice(at, close);
        at = close;
        if (text[close + 1] !== quote) break;
        value += quote;
      }
      at++;
    }
    const end = text.indexOf(separator, at);
    values.push(value + text.slice(at, end < 0 ? undefined : end));
    at = end < 0 ? text.length + 1 : end + 1;
  }
  return values;
}
