import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { indexed, suiteNow } from '../../fixtures.suite.ts';
import {
  type Answer,
  created,
  openWriter,
  type SeenRequest,
  type WriterHarness,
  withBytes,
} from '../node.suite.ts';

const day = 86_400_000;
const failed = (status: number, type = 'some_exception') => ({
  create: { status, error: { type, reason: 'for a test' } },
});
const refused = (status: number): Answer => [status, { error: { type: 'some_exception' }, status }];
const statuses = (outcomes: readonly { readonly status: string }[]) => outcomes.map(({ status }) => status);

describe('createBulkWriter', () => {
  let harness: WriterHarness;
  afterEach(() => harness.dispose());
  const open = async (...args: Parameters<typeof openWriter>) => {
    harness = await openWriter(...args);
    return harness;
  };

  it('sends each event to the index of its class and partition, whole', async () => {
    const { writer, node } = await open(created);
    const records = [
      indexed({ message: 'naïve\nlines ☃' }),
      indexed({}, { dataClass: 'middle' }),
      indexed({}, { ingested: suiteNow - day }),
      indexed(),
    ];
    expect(statuses(await writer.write(records))).toEqual(Array(4).fill('stored'));
    expect(node.seen.flatMap(({ documents }) => documents)).toEqual(
      ['short-2024-05-15', 'middle-2024-w20', 'short-2024-05-14', 'short-2024-05-15'].map((index, i) => ({
        index: `tidewatch-events-${index}`,
        id: records[i]!.event.event.id,
        source: records[i]!.event,
      })),
    );
    expect(node.seen[0]?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-length': String(node.seen[0]?.body.length),
    });
  });

  it('keeps any id and any layout of JSON within its line', async () => {
    const { writer, node } = await open(created, { bulk: { linger_ms: 0 } });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), { minLength: 1 }),
        async (ids) => {
          const records = ids.map((id) => {
            const record = indexed({ event: { id } });
            return { ...record, bytes: Buffer.from(JSON.stringify(record.event, null, 2)) };
          });
          const before = node.seen.length;
          expect(statuses(await writer.write(records))).toEqual(ids.map(() => 'stored'));
          const sent = node.seen.slice(before).flatMap(({ documents }) => documents);
          expect(sent.map(({ id, source }) => [id, source])).toEqual(
            records.map(({ event }) => [event.event.id, event]),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('uses the bytes at hand', async () => {
    const { writer, node } = await open(created);
    await writer.write([{ ...indexed(), bytes: Buffer.from('{"these":"bytes"}') }]);
    expect(node.seen[0]?.documents[0]?.source).toEqual({ these: 'bytes' });
  });

  it('joins what comes together, and splits what is too much for one request', async () => {
    const { writer, node } = await open(created, { bulk: { max_requests: 1 } });
    const all = await Promise.all(Array.from({ length: 10 }, () => writer.write(withBytes(50))));
    expect(all.flat()).toHaveLength(500);
    expect(node.seen.length).toBeLessThan(8);
    for (const { body } of node.seen) expect(body.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('sends a document alone that is larger than a request', async () => {
    const { writer, node } = await open(created);
    const records = [...withBytes(2), ...withBytes(1, 300_000), ...withBytes(2)];
    expect(statuses(await writer.write(records))).toEqual(Array(5).fill('stored'));
    expect(node.seen.map(({ documents }) => documents.length)).toEqual([2, 1, 2]);
  });

  it('waits at most its linger for more, and not at all for a request worth sending', async () => {
    const { writer } = await open(created, { bulk: { linger_ms: 1_000 } });
    await writer.write(withBytes(1));
    let began = performance.now();
    await writer.write(withBytes(1));
    expect(performance.now() - began).toBeGreaterThan(950);
    began = performance.now();
    await writer.write(withBytes(1_000));
    expect(performance.now() - began).toBeLessThan(700);
  });

  it('answers each document as the server did, in order, and sends only those again that may yet succeed', async () => {
    let first = true;
    const { writer, node } = await open(({ documents }) => {
      const items = documents.map((_, i) => {
        if (!first) return { create: { status: 201 } };
        return [
          { create: { status: 201 } },
          failed(409),
          failed(400, 'mapper_parsing_exception'),
          failed(429),
          failed(503),
        ][i % 5];
      });
      first = false;
      return [200, { errors: true, items }];
    });
    const records = withBytes(10);
    const outcomes = await writer.write(records);
    const once = ['stored', 'already_there', 'rejected', 'stored', 'stored'];
    expect(statuses(outcomes)).toEqual([...once, ...once]);
    expect(outcomes[2]).toEqual({
      status: 'rejected',
      reason: 'mapper_parsing_exception',
      message: 'for a test',
    });
    expect(node.seen[1]?.documents.map(({ id }) => id)).toEqual(
      [3, 4, 8, 9].map((i) => records[i]?.event.event.id),
    );
  });

  it('rejects what no store can keep without sending it', async () => {
    const { writer, node } = await open(created);
    const outcomes = await writer.write([
      indexed({}, { dataClass: 'nowhere' }),
      indexed({ event: { id: 'x'.repeat(513) } }),
      indexed(),
      { ...indexed(), ingested: Number.NaN },
    ]);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason : one.status))).toEqual([
      'unknown_class',
      'id_too_long',
      'stored',
      'invalid_ingested',
    ]);
    expect(node.seen.flatMap(({ documents }) => documents)).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['429', refused(429)],
    ['503', refused(503)],
    ['500', refused(500)],
    ['half of an answer', [200, { errors: false, items: [{ create: { status: 201 } }] }]],
    ['something else', [200, '<html>']],
    ['nothing', undefined],
  ])('sends the request again after %s', async (_, answer) => {
    let times = 0;
    const { writer } = await open((request) => (times++ < 3 ? answer : created(request)), {
      timeout_ms: 100,
    });
    expect(statuses(await writer.write(withBytes(5)))).toEqual(Array(5).fill('stored'));
    expect(times).toBe(4);
  });

  it('takes requests apart that are too large for somebody on the way, and learns', async () => {
    const { writer, node } = await open(
      (request) => (request.body.length > 70_000 ? [413, '<html>too large'] : created(request)),
      {
        bulk: { request_bytes: 256 * 1024, max_requests: 1 },
      },
    );
    expect(new Set(statuses(await writer.write(withBytes(1_000))))).toEqual(new Set(['stored']));
    const before = node.seen.length;
    await writer.write(withBytes(1_000));
    expect(node.seen.slice(before).every(({ body }) => body.length <= 70_000)).toBe(true);
    const [outcome] = await writer.write(withBytes(1, 80_000));
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'request_413' });
  });

  it('finds the document for which a whole request is refused', async () => {
    const records = withBytes(40);
    const bad = records[23]?.event.event.id;
    const { writer } = await open((request) =>
      request.documents.some(({ id }) => id === bad) ? refused(400) : created(request),
    );
    const outcomes = await writer.write(records);
    expect(outcomes.map(({ status }, i) => (status === 'stored' ? -1 : i)).filter((i) => i >= 0)).toEqual([
      23,
    ]);
    expect(outcomes[23]).toMatchObject({ status: 'rejected', reason: 'request_400' });
  });

  it.each<[string, (request: SeenRequest) => Answer]>([
    ['401', () => [401, 'Unauthorized']],
    ['403', () => refused(403)],
    ['404', () => refused(404)],
    ['400 of somebody else', () => [400, '<html>']],
    ['403 per document', ({ documents }) => [200, { items: documents.map(() => failed(403)) }]],
    ['404 per document', ({ documents }) => [200, { items: documents.map(() => failed(404)) }]],
    [
      'a limit of shards',
      ({ documents }) => [200, { items: documents.map(() => failed(400, 'validation_exception')) }],
    ],
  ])('waits while events are kept out by %s, and says why', async (_, answer) => {
    let helped = false;
    const said: string[] = [];
    const { writer } = await open(
      (request) => (helped ? created(request) : answer(request)),
      {},
      {
        log: {
          info: (_details, message) => said.push(message),
          error: (details, message) => said.push(`${message}: ${(details as { err: Error }).err.message}`),
        },
      },
    );
    const written = writer.write(withBytes(3));
    while (writer.problem() === undefined) await setTimeout(5);
    expect(writer.problem()).toMatchObject({ code: 'OPENSEARCH_REFUSED' });
    helped = true;
    expect(statuses(await written)).toEqual(Array(3).fill('stored'));
    expect(writer.problem()).toBeUndefined();
    expect(said).toEqual([expect.stringContaining(harness.node.url), 'Events are written again']);
  });

  it('holds no more than its requests while nobody answers', async () => {
    const inFlight: number[] = [];
    const { writer, node } = await open(
      () => undefined,
      { bulk: { max_requests: 2 }, timeout_ms: 60_000 },
      {
        metrics: { request() {}, retry() {}, inFlight: (bytes) => inFlight.push(bytes) },
      },
    );
    const writes = Array.from({ length: 50 }, () => writer.write(withBytes(100)));
    await setTimeout(200);
    expect(node.seen.length).toBeGreaterThan(0);
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(2 * 64 * 1024);
    const ended = Promise.allSettled(writes);
    await writer.close(50);
    for (const one of await ended) expect(one).toMatchObject({ reason: { code: 'STORE_CLOSED' } });
    expect(inFlight.at(-1)).toBe(0);
  });

  it('waits on close for what is under way, and takes no more', async () => {
    const { writer } = await open(async (request) => {
      await setTimeout(100);
      return created(request);
    });
    const written = writer.write(withBytes(5));
    await setTimeout(60);
    await writer.close();
    expect(statuses(await written)).toEqual(Array(5).fill('stored'));
    await expect(writer.write(withBytes(1))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await writer.close();
  });

  it('gives up its retries on close', async () => {
    const { writer } = await open(() => refused(503), {
      bulk: { retry_ms: { first: 60_000, most: 60_000 } },
    });
    const written = writer.write(withBytes(5)).catch((error: unknown) => error);
    while (harness.node.seen.length === 0) await setTimeout(5);
    const began = performance.now();
    await writer.close();
    expect(await written).toMatchObject({ code: 'STORE_CLOSED' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('compresses what it sends where told', async () => {
    const { writer, node } = await open(created, { compression: true });
    await writer.write(withBytes(100));
    expect(node.seen[0]?.headers['content-encoding']).toBe('gzip');
    expect(Number(node.seen[0]?.headers['content-length'])).toBeLessThan(
      (node.seen[0]?.body.length ?? 0) / 4,
    );
  });

  it('counts requests and what it sends again', async () => {
    let times = 0;
    const counts: Record<string, number> = {};
    const count = (name: string, by: number) => {
      counts[name] = (counts[name] ?? 0) + by;
    };
    const { writer } = await open(
      (request) => {
        const status = [503, 429][times++];
        if (status === 503) return refused(503);
        if (status === undefined) return created(request);
        const items = request.documents.map((_, i) => (i < 2 ? failed(429) : { create: { status: 201 } }));
        return [200, { errors: true, items }];
      },
      {},
      { metrics: { request: (outcome) => count(outcome, 1), retry: count, inFlight() {} } },
    );
    await writer.write(withBytes(5));
    expect(counts).toEqual({ failed: 1, request_503: 5, partial: 1, item_429: 2, ok: 1 });
  });
});
