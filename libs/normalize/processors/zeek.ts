import type { Json } from '@tidewatch/event';
import { z } from 'zod';
import { fieldWriter } from '../setters.ts';
import { byHeader, columnPath, directiveOf } from './header.ts';
import { defineProcessor, fieldPath, textField } from './processor.ts';
import { failed, fieldReader, textAt, type Work } from './work.ts';

/** How a line is read. */
interface Layout {
  readonly separator: string;
  readonly setSeparator: string;
  readonly empty: string;
  readonly unset: string;
  readonly columns: readonly (Column | undefined)[];
}

interface Column {
  readonly write: (fields: Work['fields'], value: Json) => void;
  readonly readValue: (text: string) => Json;
  /** Of a set or vector, the values of its members. */
  readonly isList: boolean;
}

const maxColumns = 1_000;

/** Reads tab-separated logs of Zeek. */
export const zeek = defineProcessor({
  name: 'zeek',
  summary:
    'Reads a line of Zeek’s logs (its ASCII writer): columns, types and marks as the header of its file says, else as given here. Lines of the header are dropped.',
  config: z.strictObject({
    field: textField,
    to: fieldPath.describe('What the columns stand under, by their names.'),
    columns: z
      .record(z.string(), z.string())
      .describe('Names and types of the columns, in their order, for lines that come without a header.')
      .meta({ examples: [{ ts: 'time', uid: 'string', 'id.orig_h': 'addr', tags: 'set[string]' }] }),
  }),
  examples: [
    {
      title: 'without a header',
      config: {
        to: 'zeek.http',
        columns: { ts: 'time', 'id.orig_h': 'addr', uri: 'string', tags: 'set[enum]', x: 'bool' },
      },
      before: { message: '1795252081.5\t192.0.2.7\t/a\\x09b\tHTTP::SQLI,HTTP::X\tT' },
      after: {
        message: '1795252081.5\t192.0.2.7\t/a\\x09b\tHTTP::SQLI,HTTP::X\tT',
        zeek: {
          http: {
            ts: 1795252081.5,
            id: { orig_h: '192.0.2.7' },
            uri: '/a\tb',
            tags: ['HTTP::SQLI', 'HTTP::X'],
            x: true,
          },
        },
      },
    },
    {
      title: 'with a header of another order, and a column more',
      config: { to: 'zeek.conn', columns: { ts: 'time', uid: 'string' } },
      before: {
        _header: '#unset_field\t*\n#fields\tuid\tsite.asset\tvlan\n#types\tstring\tstring\tcount',
        message: 'C1\t*\t12',
      },
      after: {
        _header: '#unset_field\t*\n#fields\tuid\tsite.asset\tvlan\n#types\tstring\tstring\tcount',
        message: 'C1\t*\t12',
        zeek: { conn: { uid: 'C1', vlan: 12 } },
      },
    },
    {
      title: 'a line of the header',
      config: { to: 'zeek.conn', columns: { ts: 'time' } },
      before: { message: '#close\t2026-11-21-10-00-00' },
      ends: 'dropped',
    },
  ],
  create({ field, to, columns }) {
    const read = fieldReader(field);
    const layoutOf = byHeader((header) => layout(header, to, Object.entries(columns)));
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      if (text.startsWith('#')) return { status: 'dropped', reason: 'header' };
      const { separator, setSeparator, empty, unset, columns } = layoutOf(work);
      const values = text.split(separator, maxColumns);
      if (values.length < 2) return failed(`pattern_mismatch: ${field} has no columns`);
      for (let i = 0; i < values.length && i < columns.length; i++) {
        const value = values[i] as string;
        const column = columns[i];
        if (column === undefined || value === unset || value === empty || value === '') continue;
        const given = column.isList
          ? value.split(setSeparator).flatMap((part) => (part === unset ? [] : column.readValue(part)))
          : column.readValue(value);
        column.write(work.fields, given);
      }
      return undefined;
    };
  },
});

function layout(
  header: string | undefined,
  to: string,
  defaults: readonly (readonly [name: string, type: string])[],
): Layout {
  const separator = unescaped(directiveOf(header, '#separator ') ?? '\\x09') || '\t';
  const said = (name: string): string | undefined => directiveOf(header, `#${name}${separator}`);
  const types = said('types')?.split(separator, maxColumns) ?? [];
  const named = said('fields')
    ?.split(separator, maxColumns)
    .map((name, i) => [name, types[i] ?? 'string'] as const);
  return {
    separator,
    setSeparator: said('set_separator') || ',',
    empty: said('empty_field') ?? '(empty)',
    unset: said('unset_field') ?? '-',
    columns: (named ?? defaults).map(([name, type]) => columnOf(name, type, to)),
  };
}

function columnOf(name: string, type: string, to: string): Column | undefined {
  const path = columnPath(name);
  if (path === undefined) return undefined;
  const member = /^(?:set|vector)\[(.*)\]$/.exec(type)?.[1];
  const readValue = readers.get(member ?? type) ?? unescaped;
  return { write: fieldWriter(`${to}.${path}`), readValue, isList: member !== undefined };
}

const number = (text: string): Json => {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
};
const truth = (text: string): Json => (text === 'T' ? true : text === 'F' ? false : text);

const readers: ReadonlyMap<string, (text: string) => Json> = new Map([
  ...['time', 'interval', 'double', 'count', 'int', 'port'].map((type) => [type, number] as const),
  ['bool', truth],
]);

/** Undoes `\x09` and `\\`; what are no characters of UTF-8 stays as it was written. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\\\|(?:\\x[\da-fA-F]{2})+/g, (written) => {
    if (written === '\\\\') return '\\';
    const decoded = Buffer.from(written.replaceAll('\\x', ''), 'hex').toString('utf8');
    return decoded.includes('\ufffd') ? written : decoded;
  });
}
