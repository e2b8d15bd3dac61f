import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { exported, exportedEntry } from './export.suite.ts';
import { createExportParser, type JournalEntry } from './export.ts';

function parse(chunks: readonly Uint8Array[], maxEntryBytes = 1_000_000) {
  const parser = createExportParser({ maxEntryBytes });
  const entries: JournalEntry[] = chunks.flatMap((chunk) => parser.push(chunk));
  entries.push(...parser.end());
  return { entries, damaged: parser.damaged };
}

/** Cuts bytes at the places given, in any order. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((cut, i) => bytes.subarray(cut, cuts[i] ?? bytes.length));
}

test('reads text, binary, repeated and empty fields', () => {
  const first = exportedEntry([
    ['__CURSOR', 's=1;i=a'],
    ['MESSAGE', 'two\nlines'],
    ['TAG', 'x'],
    ['TAG', 'y=z'],
    ['BLOB', Buffer.from([0xff, 10, 10, 0])],
    ['EMPTY', ''],
  ]);
  const second = exportedEntry([['__CURSOR', 's=1;i=b']]);
  const { entries, damaged } = parse([Buffer.concat([first, Buffer.from('\n'), second])]);
  expect(damaged).toBe(0);
  expect(entries).toEqual([
    {
      cursor: 's=1;i=a',
      fields: {
        __CURSOR: 's=1;i=a',
        MESSAGE: 'two\nlines',
        TAG: ['x', 'y=z'],
        BLOB: { base64: '/woKAA==' },
        EMPTY: '',
      },
      end: first.length,
    },
    { cursor: 's=1;i=b', fields: { __CURSOR: 's=1;i=b' }, end: first.length + 1 + second.length },
  ]);
});

const field = fc.tuple(
  fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,63}$/),
  fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.uint8Array().map(Buffer.from)),
);

test('whatever the entries and wherever they are cut', () => {
  const entry = fc.array(field, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(entry), fc.array(fc.nat()), (entries, places) => {
      const bytes = Buffer.concat(entries.map(exportedEntry));
      const cut = parse(cutAt(bytes, places));
      expect(cut).toEqual(parse([bytes]));
      expect(cut.damaged).toBe(0);
      expect(cut.entries.map(({ fields }) => Object.values(fields).flat().length)).toEqual(
        entries.map(({ length }) => length),
      );
      for (const [i, fields] of entries.entries())
        for (const [name, value] of fields)
          expect([cut.entries[i]!.fields[name]].flat().map(bytesOf)).toContainEqual(Buffer.from(value));
    }),
  );
});

const bytesOf = (value: string | { base64: string } | undefined) =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value?.base64 ?? '', 'base64');

test('any bytes, cut anywhere, neither crash nor hold more than the cap', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
    fc.constantFrom('\n', '\n\n', 'A=', 'A\n', '__CURSOR=x\n').map(Buffer.from),
    field.map(([name, value]) => exported(name, value)),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat()), (pieces, places) => {
      const bytes = Buffer.concat(pieces);
      const cut = parse(cutAt(bytes, places), 32);
      expect(cut).toEqual(parse([bytes], 32));
      for (const { fields } of cut.entries)
        expect(Object.values(fields).flat().map(bytesOf).join('').length).toBeLessThanOrEqual(96);
    }),
    { numRuns: 500 },
  );
});

test('values over the cap are cut between characters, and the next entry is whole', () => {
  const long = exportedEntry([
    ['A', 'é'.repeat(100)],
    ['B', 'b'],
  ]);
  const { entries } = parse([long, exportedEntry([['C', 'c']])], 10);
  expect(entries[0]).toMatchObject({ fields: { A: 'éééé' }, truncatedFrom: 207 });
  expect(entries[1]!.fields).toEqual({ C: 'c' });
});

test.each<[name: string, bytes: Buffer]>([
  ['a name in lower case', Buffer.from('A=1\nmessage=2\nB=3\n\n')],
  ['a name that is too long', Buffer.from(`${'A'.repeat(65)}=1\n\n`)],
  ['a length beyond reason', Buffer.concat([Buffer.from('A\n'), Buffer.alloc(8, 0xff), Buffer.from('\n\n')])],
  ['no line feed after bytes', Buffer.from('A\n\x01\0\0\0\0\0\0\0xyz\n\n')],
])('%s: the entry is left out and counted, the next one taken', (_, bytes) => {
  const { entries, damaged } = parse([bytes, exportedEntry([['OK', 'yes']])]);
  expect(entries.map(({ fields }) => fields)).toEqual([{ OK: 'yes' }]);
  expect(damaged).toBe(1);
});

test('at the end an entry may lack its empty line, and half a field is damage', () => {
  expect(parse([Buffer.from('A=1\nB=2')]).entries[0]!.fields).toEqual({ A: '1', B: '2' });
  expect(parse([Buffer.from('A=1\nB')])).toEqual({ entries: [], damaged: 1 });
});

test('the export of a long message is read in linear time', () => {
  const bytes = exportedEntry([['MESSAGE', 'x'.repeat(4_000_000)]]);
  const chunks = Array.from({ length: bytes.length / 64 }, (_, i) => bytes.subarray(i * 64, (i + 1) * 64));
  const began = ownTime();
  parse(chunks, 8_000_000);
  expect(ownTime() - began).toBeLessThan(1_000);
});
