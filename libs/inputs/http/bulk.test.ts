import { isTidewatchError } from '@tidewatch/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { type BulkOperation, parseBulk } from './bulk.ts';
import { splitDocuments } from './documents.ts';

const limit = { maxDocuments: 1_000 };
const bytesOf = (documents: readonly (BulkOperation | Buffer)[]) =>
  documents.map((one) => (Buffer.isBuffer(one) ? one : one.document)?.toString());

test('parseBulk gives back any documents, whatever is in them', async () => {
  const operation = fc.record({
    verb: fc.constantFrom('index', 'create'),
    id: fc.option(fc.uuid()),
    document: fc.json(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 20 }),
      fc.constantFrom('\n', '\r\n', '\n\n'),
      async (operations, end) => {
        const body = operations
          .map(
            ({ verb, id, document }) =>
              `${JSON.stringify({ [verb]: { _index: 'x', ...(id === null ? {} : { _id: id }) } })}\n${document}${end}`,
          )
          .join('');
        const parsed = await parseBulk(Buffer.from(body), limit);
        expect(parsed.map(({ verb, id }) => ({ verb, id: id ?? null }))).toEqual(
          operations.map(({ verb, id }) => ({ verb, id })),
        );
        expect(bytesOf(parsed)).toEqual(operations.map(({ document }) => document));
      },
    ),
  );
});

test('splitDocuments gives the members of any JSON array', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(0, 2),
      async (values, indent) => {
        const body = Buffer.from(JSON.stringify(values, null, indent));
        const documents = await splitDocuments(body, { text: false, ...limit });
        expect(documents.map((one) => JSON.parse(one.toString()))).toEqual(
          JSON.parse(JSON.stringify(values)),
        );
      },
    ),
  );
});

test('any bytes give documents or a typed error', async () => {
  const piece = fc.oneof(
    fc.constantFrom('{"create":{}}', '{"index":{"_id":"1"}}', '\n', '[', ']', '{', '}', '"', '\\', ','),
    fc.string(),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
  );
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      for (const parse of [
        parseBulk(bytes, { index: 'x', ...limit }),
        splitDocuments(bytes, { text: false, ...limit }),
      ])
        await parse.catch((error: unknown) => {
          if (!isTidewatchError(error)) throw error;
        });
    }),
    { numRuns: 500 },
  );
});

test('brackets by the million take no time and no stack', async () => {
  const began = ownTime();
  await expect(splitDocuments(Buffer.alloc(4_000_000, '['), { text: false, ...limit })).rejects.toThrow(
    'does not end',
  );
  await expect(
    splitDocuments(Buffer.from(`["${'\\'.repeat(4_000_000)}`), { text: false, ...limit }),
  ).rejects.toThrow('does not end');
  expect(ownTime() - began).toBeLessThan(2_000);
});
