import { Agent, request as httpRequest } from 'node:http';
import { setImmediate as turnOver } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Input } from '@tidewatch/plugin';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ownTime } from '../../test/own_time.ts';
import { http } from './http.ts';
import { createSink, type Sink } from './sink.suite.ts';

/** Each is run always, so that what was found once is looked for again; more are tried where it says so. */
const seeds = [20_261_121, 7, 424_242, ...(process.env.TIDEWATCH_FUZZ_SEEDS?.split(',').map(Number) ?? [])];
const maxBytes = 64 * 1024;
const maxRequestMs = 100;

let sink: Sink;
let input: Input;
let url: string;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const prototype = Object.getOwnPropertyNames(Object.prototype).sort();

beforeAll(async () => {
  sink = await createSink();
  input = http.create(http.config.parse({ port: 0, max_sources: 100_000 }), sink.context);
  await input.start();
  url = input.listeners()[0]!.address;
});
afterAll(async () => {
  agent.destroy();
  await input.stop();
  await sink.remove();
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype);
  expect(Object.getOwnPropertyNames(Array.prototype)).not.toContain('polluted');
});
beforeEach(() => {
  sink.taken.length = 0;
});

interface Wire {
  readonly gzip: boolean;
  /** Lengths of the chunks, again and again; the body comes whole where there are none. */
  readonly chunks: readonly number[];
}

const wire = fc.record({
  gzip: fc.boolean(),
  chunks: fc.array(fc.integer({ min: 3, max: 2_000 }), { maxLength: 5 }),
});

/** Sends over a real socket and checks that the input was not busy with it for too long. */
async function send(path: string, body: Buffer, { gzip, chunks }: Wire) {
  const bytes = gzip ? gzipSync(body) : body;
  const began = ownTime();
  const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-ndjson',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      ...(chunks.length === 0 ? { 'content-length': bytes.length } : {}),
    };
    const request = httpRequest(url + path, { method: 'POST', agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
      );
    });
    request.on('error', reject);
    request.setNoDelay(true);
    writeInChunks().catch(reject);
    async function writeInChunks(): Promise<void> {
      for (let at = 0, i = 0; at < bytes.length && chunks.length > 0; i++) {
        const size = chunks[i % chunks.length]!;
        request.write(bytes.subarray(at, at + size));
        at += size;
        // The first ones go each for itself, the many that may follow together.
        if (i < 20) await turnOver();
      }
      request.end(chunks.length === 0 ? bytes : undefined);
    }
  });
  // The client's share is in it, too: what the input took is less.
  expect(ownTime() - began).toBeLessThan(maxRequestMs);
  return answer;
}

/** What a document may be, on one line. */
const line = fc.oneof(
  { weight: 4, arbitrary: fc.json({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"__proto__":{"polluted":1}}', '{"a":', '[', '{}', 'null', '"\\ud800"'),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 200 })
      .map((text) => text.replace(/[\r\n]/g, '.')),
  },
);
const operation = fc.record({
  verb: fc.constantFrom('index', 'create', 'create', 'update', 'delete'),
  index: fc.constantFrom('a', 'b', 'c', '__proto__', 'UPPER'),
  id: fc.option(fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 40 }), fc.integer())),
  document: line,
});
const operations = fc.array(operation, { minLength: 1, maxLength: 60 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\n');

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function bodyOf(list: readonly Operation[], end: string): Buffer {
  const text = list.map(({ verb, index, id, document }) => {
    const action = JSON.stringify({ [verb]: { _index: index, ...(id === null ? {} : { _id: id }) } });
    // The document follows its action at once; blank lines may stand behind it.
    return `${action}${end === '\r\n' ? end : '\n'}${verb === 'delete' ? '' : `${document}${end}`}`;
  });
  return Buffer.from(text.join(''));
}

/** A document loses a carriage return that stands at its end, with the line's. */
const taken = (index: string) => sink.taken.filter(({ source }) => source === index).map(({ text }) => text);

test.each(seeds)(
  'each operation of a bulk request has its answer in its place, and what was taken is there (%i)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(operations, lineEnd, wire, async (list, end, way) => {
        const body = bodyOf(list, end);
        fc.pre(body.length <= maxBytes);
        sink.taken.length = 0;
        const { status, text } = await send('/_bulk', body, way);
        expect(status, text).toBe(200);
        const { items } = JSON.parse(text) as {
          items: Record<string, { _index: string; _id?: string; status: number }>[];
        };
        expect(items.map((item) => Object.keys(item)[0])).toEqual(list.map(({ verb }) => verb));
        const kept: Record<string, string[]> = { a: [], b: [], c: [] };
        for (const [at, { verb, index, id, document }] of list.entries()) {
          const answer = items[at]![verb]!;
          expect(answer._index).toBe(index);
          if (id !== null) expect(answer._id).toBe(String(id));
          const may = ['index', 'create'].includes(verb) && Object.hasOwn(kept, index) && id !== '';
          if (may) kept[index]!.push(Buffer.from(document).toString());
          else expect(answer.status).toBe(400);
        }
        for (const [index, documents] of Object.entries(kept)) expect(taken(index)).toEqual(documents);
      }),
      { seed, numRuns: 60 },
    );
  },
  60_000,
);

test.each(seeds)(
  'a damaged request is taken whole or not at all (%i)',
  async (seed) => {
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(40),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.constantFrom('\n', '{', '{"create":{}}\n', '"', '\u0000').map((text) => Buffer.from(text)),
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        wire,
        async (list, hits, way) => {
          let body = bodyOf(list, '\n');
          for (const { at, remove, insert } of hits) {
            const place = Math.floor(at * body.length);
            body = Buffer.concat([body.subarray(0, place), insert, body.subarray(place + remove)]);
          }
          fc.pre(body.length <= maxBytes);
          sink.taken.length = 0;
          const { status, text } = await send('/d/_bulk', body, way);
          if (status === 200) {
            const { items } = JSON.parse(text) as {
              items: Record<string, { status: number; error?: { type: string } }>[];
            };
            const answers = items.map((item) => Object.values(item)[0]!);
            const kept = answers.filter(
              (answer) => answer.status === 201 || answer.error?.type === 'document_parsing_exception',
            );
            expect(sink.taken).toHaveLength(kept.length);
          } else {
            expect([400, 413]).toContain(status);
            expect(JSON.parse(text)).toMatchObject({ status, error: { type: expect.any(String) } });
            expect(sink.taken).toEqual([]);
          }
        },
      ),
      { seed, numRuns: 60 },
    );
  },
  60_000,
);

test.each(seeds)(
  'of lines each is taken, in order (%i)',
  async (seed) => {
    const lines = fc.array(line, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(lines, fc.constantFrom('\n', '\r\n', '\n\n'), wire, async (list, end, way) => {
        const documents = list.map((text) => text.trim()).filter((text) => text !== '');
        // A body that begins as a list or an indented object is one document, or none.
        fc.pre(documents.length > 0 && !/^(\[|\{$)/.test(documents[0]!));
        sink.taken.length = 0;
        const { status, text } = await send('/ingest/n', Buffer.from(documents.join(end)), way);
        expect(status, text).toBe(200);
        const { accepted, dead_letters } = JSON.parse(text) as { accepted: number; dead_letters: number };
        expect(accepted + dead_letters).toBe(documents.length);
        expect(taken('n')).toEqual(documents.map((document) => Buffer.from(document).toString()));
      }),
      { seed, numRuns: 60 },
    );
  },
  60_000,
);

test.each(seeds)(
  'what is no gzip, or no more, is told, and nothing of it is taken (%i)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.nat(255),
        async (list, at, flip) => {
          const packed = gzipSync(bodyOf(list, '\n'));
          const place = Math.floor(at * packed.length);
          const broken = flip === 0 ? packed.subarray(0, place) : Buffer.from(packed);
          if (flip !== 0) broken[place] = broken[place]! ^ flip;
          sink.taken.length = 0;
          const answer = await sendPacked(broken);
          if (answer === 200) return;
          expect([400, 413]).toContain(answer);
          expect(sink.taken).toEqual([]);
        },
      ),
      { seed, numRuns: 60 },
    );
  },
  60_000,
);

async function sendPacked(body: Buffer): Promise<number> {
  const response = await fetch(`${url}/g/_bulk`, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'content-encoding': 'gzip' },
  });
  await response.arrayBuffer();
  return response.status;
}
