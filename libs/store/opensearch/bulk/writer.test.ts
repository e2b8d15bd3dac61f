import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { eventOf, indexed, suiteNow } from '../../fixtures.suite.ts';
import { created, openWriter, statuses, type WriterHarness, withBytes } from '../node.suite.ts';

const day = 86_400_000;

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
        id: records[i]!.head.id,
        source: eventOf(records[i]!),
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
            return { ...record, bytes: Buffer.from(JSON.stringify(eventOf(record), null, 2)) };
          });
          const before = node.seen.length;
          expect(statuses(await writer.write(records))).toEqual(ids.map(() => 'stored'));
          const sent = node.seen.slice(before).flatMap(({ documents }) => documents);
          expect(sent.map(({ id, source }) => [id, source])).toEqual(
            records.map((record) => [record.head.id, eventOf(record)]),
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

  it('waits its linger for more', async () => {
    const { writer } = await open(created, { bulk: { linger_ms: 500 } });
    await writer.write(withBytes(1));
    const began = performance.now();
    await writer.write(withBytes(1));
    expect(performance.now() - began).toBeGreaterThan(450);
  });

  it('does not wait with a request worth sending', async () => {
    const { writer } = await open(created, { bulk: { linger_ms: 5_000 } });
    const began = performance.now();
    await writer.write(withBytes(1_000));
    expect(performance.now() - began).toBeLessThan(4_500);
  });

  it('rejects what no store can keep without sending it', async () => {
    const { writer, node } = await open(created);
    const noIngestion = indexed();
    const outcomes = await writer.write([
      indexed({}, { dataClass: 'nowhere' }),
      indexed({ event: { id: 'x'.repeat(513) } }),
      indexed(),
      { ...noIngestion, head: { ...noIngestion.head, ingested: Number.NaN } },
    ]);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason : one.status))).toEqual([
      'unknown_class',
      'id_too_long',
      'stored',
      'invalid_ingested',
    ]);
    expect(node.seen.flatMap(({ documents }) => documents)).toHaveLength(1);
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

  it('compresses what it sends where told', async () => {
    const { writer, node } = await open(created, { compression: true });
    await writer.write(withBytes(100));
    expect(node.seen[0]?.headers['content-encoding']).toBe('gzip');
    expect(Number(node.seen[0]?.headers['content-length'])).toBeLessThan(
      (node.seen[0]?.body.length ?? 0) / 4,
    );
  });
});
