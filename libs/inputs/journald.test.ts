import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventId } from '@tidewatch/event/ids';
import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportedEntry, numberedEntry } from './journald/export.suite.ts';
import { journald } from './journald.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';

let sink: Sink;
let input: Input | undefined;

const at = (name: string) => join(sink.directory, 'logs', name);
async function start(): Promise<void> {
  input = journald.create(journald.config.parse({ paths: [at('*.export*')], poll_ms: 10 }), {
    ...sink.context,
    directory: join(sink.directory, 'state'),
  });
  await input.start();
}
const stop = () => input!.stop();
const messages = () => sink.texts().map((text) => JSON.parse(text).MESSAGE);
const ids = () => sink.taken.map(({ record }) => eventId(record.position));
const entries = (...numbers: readonly number[]) =>
  Buffer.concat(numbers.map((n) => numberedEntry(n, `message ${n}`)));

beforeEach(async () => {
  sink = await createSink();
  await mkdir(at(''));
});
afterEach(async () => {
  await input?.stop();
  input = undefined;
  await sink.remove();
});

test('entries become JSON with their cursor as position, bytes that are no text among them', async () => {
  await writeFile(
    at('a.export'),
    exportedEntry([
      ['__CURSOR', 's=1;i=1'],
      ['__REALTIME_TIMESTAMP', '1795252085250000'],
      ['MESSAGE', 'two\nlines'],
      ['BLOB', Buffer.from([0xff, 10, 10, 0])],
    ]),
  );
  await start();
  await sink.until(1);
  expect(sink.taken[0]).toMatchObject({
    source: 'journald',
    record: {
      format: 'json',
      position: { kind: 'journald', cursor: 's=1;i=1' },
      hints: { path: at('a.export') },
    },
  });
  expect(JSON.parse(sink.texts()[0]!)).toMatchObject({ MESSAGE: 'two\nlines', BLOB: { base64: '/woKAA==' } });
});

test('what is added is read where an entry is complete, and a restart goes on there', async () => {
  const [third, fourth] = [entries(3), entries(4)];
  await writeFile(at('a.export'), Buffer.concat([entries(1, 2), third.subarray(0, 30)]));
  await start();
  await sink.until(2);
  await appendFile(at('a.export'), Buffer.concat([third.subarray(30), fourth.subarray(0, 10)]));
  await sink.until(3);
  await stop();
  await appendFile(at('a.export'), fourth.subarray(10));
  await rename(at('a.export'), at('b.export'));
  await start();
  await sink.until(4);
  expect(messages()).toEqual(['message 1', 'message 2', 'message 3', 'message 4']);
});

test('another file in its place is read from its beginning; the same entry is the same event', async () => {
  await writeFile(at('a.export'), entries(1, 2));
  await start();
  await sink.until(2);
  await writeFile(at('a.export'), entries(2, 3, 4));
  await sink.until(5);
  expect(messages().slice(2)).toEqual(['message 2', 'message 3', 'message 4']);
  expect(ids()[2]).toBe(ids()[1]);
});

test('packed ones are read to their end, and without their last empty line', async () => {
  await writeFile(at('a.export.gz'), gzipSync(entries(1, 2).subarray(0, -1)));
  await start();
  await sink.until(2);
  expect(messages()).toEqual(['message 1', 'message 2']);
});

test('an entry that is damaged is counted, the others are taken', async () => {
  await writeFile(at('a.export'), Buffer.concat([entries(1), Buffer.from('lower=1\n\n'), entries(2)]));
  await start();
  await sink.until(2);
  await waitFor(() => input!.listeners()[0]!.detail === '1 file, 2 records, 1 damaged');
});

test('what is no journal and what cannot be unpacked are named, and what was whole is taken', async () => {
  const long = Buffer.concat(Array.from({ length: 3_000 }, (_, i) => entries(i)));
  const packed = gzipSync(long, { level: 0 });
  await writeFile(at('a.export'), 'a line\nand another\n');
  await writeFile(at('b.export.gz'), packed.subarray(0, packed.length - 5_000));
  await writeFile(at('c.export'), entries(9_999));
  await start();
  await waitFor(() => messages().includes('message 9999') && input!.listeners().length === 3);
  expect(sink.taken.length).toBeGreaterThan(2_000);
  expect(input!.listeners().slice(1)).toEqual([
    { address: at('a.export'), state: 'failed', detail: expect.stringContaining('is no journal') },
    {
      address: at('b.export.gz'),
      state: 'failed',
      detail: expect.stringContaining('cannot be read to its end'),
    },
  ]);
});
