import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  created,
  openWriter,
  type SeenRequest,
  statuses,
  type WriterHarness,
  withBytes,
} from '../node.suite.ts';

const failed = (status: number, type = 'some_exception') => ({
  create: { status, error: { type, reason: 'for a test' } },
});
const refused = (status: number) => [status, { error: { type: 'some_exception' }, status }] as const;

describe('what the bulk writer makes of answers', () => {
  let harness: WriterHarness;
  afterEach(() => harness.dispose());
  const open = async (...args: Parameters<typeof openWriter>) => {
    harness = await openWriter(...args);
    return harness;
  };

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
    expect(node.seen[1]?.documents.map(({ id }) => id)).toEqual([3, 4, 8, 9].map((i) => records[i]?.head.id));
  });

  it.each<[string, Answer]>([
    ['429', refused(429)],
    ['503', refused(503)],
    ['500', refused(500)],
    ['half of an answer', [200, { errors: false, items: [{ create: { status: 201 } }] }]],
    ['something else', [200, '<html>']],
    ['a proxy’s page', [502, '<html>bad gateway']],
    [
      'an answer that is cut',
      [200, '{"errors":false,"items":[{"create":{"sta', { 'content-type': 'application/json' }],
    ],
    ['outcomes of more documents', [200, { items: Array(6).fill({ create: { status: 201 } }) }]],
    ['outcomes of something else', [200, { items: Array(5).fill({ index: { status: 201 } }) }]],
    ['no outcomes', [200, { items: Array(5).fill(null) }]],
    ['a redirection', [302, '', { location: 'http://127.0.0.1:9/' }]],
    ['an empty answer', [200, '']],
    ['nothing', undefined],
  ])('sends the request again after %s', async (_, answer) => {
    let times = 0;
    const { writer } = await open((request) => (times++ < 3 ? answer : created(request)), {
      timeout_ms: 100,
    });
    expect(statuses(await writer.write(withBytes(5)))).toEqual(Array(5).fill('stored'));
    expect(times).toBe(4);
  });

  it.each<[string, () => string]>([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
  ])('stays away for as long as Retry-After says in %s', async (_, retryAfter) => {
    const came: number[] = [];
    const { writer } = await open((request) => {
      came.push(performance.now());
      return came.length === 1 ? [...refused(429), { 'retry-after': retryAfter() }] : created(request);
    });
    const first = writer.write(withBytes(1));
    while (came.length === 0) await setTimeout(5);
    await setTimeout(50);
    // One that has nothing to do with the first stays away as well.
    const second = writer.write(withBytes(1));
    expect(statuses([...(await first), ...(await second)])).toEqual(Array(2).fill('stored'));
    expect(came[1]! - came[0]!).toBeGreaterThan(900);
  });

  it.each([
    ['before', 0, 50],
    ['after it began', 200, 0],
  ])('does not wait on close for a Retry-After that came %s', async (_, answerAfter, closeAfter) => {
    const { writer, node } = await open(async () => {
      await setTimeout(answerAfter);
      return [...refused(503), { 'retry-after': '3600' }];
    });
    const written = writer.write(withBytes(5)).catch((error: unknown) => error);
    while (node.seen.length === 0) await setTimeout(5);
    await setTimeout(closeAfter);
    const began = performance.now();
    await writer.close();
    expect(await written).toMatchObject({ code: 'STORE_CLOSED' });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(node.seen).toHaveLength(1);
  });

  it('reads its secret again when it is refused', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-secrets-'));
    const api_key_file = join(directory, 'key');
    await writeFile(api_key_file, 'old');
    let valid = 'ApiKey old';
    const { writer, node } = await open(
      (request) => (request.headers.authorization === valid ? created(request) : refused(401)),
      { api_key_file, bulk: { max_requests: 4, retry_ms: { first: 60_000, most: 60_000 } } },
    );
    await writer.write(withBytes(1));
    valid = 'ApiKey new';
    await writeFile(api_key_file, 'new\n');
    expect(new Set(statuses(await writer.write(withBytes(2_000))))).toEqual(new Set(['stored']));
    expect(node.seen.at(-1)?.headers.authorization).toBe(valid);
    expect(writer.problem()).toBeUndefined();
    await rm(directory, { recursive: true });
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
    const bad = records[23]?.head.id;
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
    ...['validation_exception', 'index_closed_exception'].map(
      (type): [string, (request: SeenRequest) => Answer] => [
        `400 ${type}`,
        ({ documents }) => [200, { items: documents.map(() => failed(400, type)) }],
      ],
    ),
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

  it('rejects documents for which an index has no more fields, where it may not be opened', async () => {
    const error = {
      type: 'illegal_argument_exception',
      reason: 'Limit of total fields [9] has been exceeded',
    };
    const { writer } = await open(
      ({ documents }) => [200, { items: documents.map(() => ({ create: { status: 400, error } })) }],
      {},
      {},
      () => refused(403),
    );
    expect(await writer.write(withBytes(1))).toEqual([
      { status: 'rejected', reason: 'field_limit', message: error.reason },
    ]);
  });

  it('does not see to one field after the other for ever', async () => {
    let n = 0;
    const refusal = () => ({
      type: 'illegal_argument_exception',
      reason: `mapper [a.f${n++}] cannot be changed from type [long] to [keyword]`,
    });
    const { writer, node } = await open(({ documents }) => [
      200,
      { items: documents.map(() => ({ create: { status: 400, error: refusal() } })) },
    ]);
    expect(await writer.write(withBytes(1))).toMatchObject([{ status: 'rejected', reason: 'field_types' }]);
    expect(node.others).toHaveLength(20);
    const keyword = { type: 'keyword', ignore_above: 8_191, copy_to: 'tidewatch.words' };
    expect(JSON.parse(String(node.others[1]?.body))).toEqual({
      properties: { a: { properties: { f1: keyword } } },
    });
  });

  it('has an index keep fields that it will not index, rather than refuse the document', async () => {
    const { writer, node } = await open(({ documents }) => {
      const full = node.others.length < 2;
      const reason = 'Limit of total fields [2000] has been exceeded';
      const refusal = { create: { status: 400, error: { type: 'illegal_argument_exception', reason } } };
      const items = documents.map((_, i) => (full && i % 2 === 1 ? refusal : { create: { status: 201 } }));
      return [200, { items }];
    });
    const records = withBytes(4);
    expect(statuses(await writer.write(records))).toEqual(Array(4).fill('stored'));
    expect(node.others.map(({ method, path, body }) => [method, path, JSON.parse(body.toString())])).toEqual([
      [
        'PUT',
        '/tidewatch-events-short-2024-05-15/_settings',
        { index: { mapping: { total_fields: { limit: 2_010 } } } },
      ],
      [
        'PUT',
        '/tidewatch-events-short-2024-05-15/_mapping',
        { dynamic: false, properties: { tidewatch: { properties: { unmapped: { type: 'boolean' } } } } },
      ],
    ]);
    expect(node.seen[1]?.documents.map(({ id }) => id)).toEqual([1, 3].map((i) => records[i]?.head.id));
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
