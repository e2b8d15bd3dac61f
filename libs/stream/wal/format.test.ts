import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkRecord, createMeasure, createRecordReader, createRecordWriter } from './format.ts';
import { encodePositions } from './groups.ts';
import { decodeHeader, encodeHeader } from './header.ts';

const salt = 0x01020304;
const header = { base: 7, salt, previousBase: 0, previousEnd: 7, previousNewest: 1_700_000_000_000 };
const record = { key: 'fw', headers: { source: 'a' }, value: Buffer.from('{}') };

/** The examples of docs/formats/wal.md. */
async function documented(): Promise<{ head: Buffer; record: Buffer; positions: string }> {
  const text = await readFile(join(import.meta.dirname, '../../../docs/formats/wal.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\n([^`]+)```$/gm)].map(([, block = '']) => block);
  const [head, body] = blocks
    .filter((block) => /^[0-9a-f ]+\n/.test(block))
    .map((block) => Buffer.from(block.replaceAll(/\s/g, ''), 'hex'));
  return { head: head!, record: body!, positions: blocks.find((block) => block.startsWith('{"version"'))! };
}

it('is what the documentation shows, byte for byte', async () => {
  const example = await documented();
  expect(encodeHeader(header)).toEqual(Buffer.concat([example.head, example.head]));
  const bytes = Buffer.alloc(createMeasure()(record));
  expect(createRecordWriter(bytes, 1_700_000_000_500, salt)(0, record, 7)).toBe(bytes.length);
  expect(bytes).toEqual(example.record);
  expect(
    encodePositions(
      new Map([
        [0, 7],
        [1, 12],
      ]),
    ),
  ).toBe(example.positions);
});

it('reads the documented example back', async () => {
  const example = await documented();
  expect(decodeHeader(example.head)).toEqual({ ok: true, header });
  expect(checkRecord(example.record, 0, example.record.length, salt)).toBe(example.record.length);
  expect(checkRecord(example.record, 0, example.record.length, salt + 1)).toBe(0);
  expect(createRecordReader(3)(example.record, 0, example.record.length)).toEqual({
    ...record,
    position: { partition: 3, offset: 7 },
    appendedAt: 1_700_000_000_500,
  });
});
