import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { eventId } from '@tidewatch/event/ids';
import { createNormaliser } from '@tidewatch/normalize';
import type { Input } from '@tidewatch/plugin';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownTime } from '../../test/own_time.ts';
import { evtxChunk, evtxLog, type SampleEvent, starts } from './evtx/log.suite.ts';
import { readEvtx } from './evtx/read.ts';
import { evtx } from './evtx.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';

let sink: Sink;
let input: Input | undefined;

const at = (name: string) => join(sink.directory, 'logs', name);
async function start(): Promise<void> {
  input = evtx.create(evtx.config.parse({ paths: [at('*.evtx')], poll_ms: 10 }), {
    ...sink.context,
    directory: join(sink.directory, 'state'),
  });
  await input.start();
}
const stop = () => input!.stop();
const ids = () => sink.taken.map(({ record }) => eventId(record.position));
const names = () =>
  sink
    .texts()
    .map((text) => /p(\d+)\.exe/.exec(text)?.[1])
    .map(Number);
const quiet = () => new Promise((resolve) => setTimeout(resolve, 80));

beforeEach(async () => {
  sink = await createSink();
  await mkdir(at(''));
});
afterEach(async () => {
  await input?.stop();
  input = undefined;
  await sink.remove();
});

describe('records', () => {
  async function only(event: SampleEvent) {
    await writeFile(at('a.evtx'), evtxLog(evtxChunk([event])));
    await start();
    await sink.until(1);
    const outcome = createNormaliser()(sink.taken[0]!.record, 'evtx');
    if (outcome.status !== 'ok') throw new Error(outcome.status);
    return JSON.parse(outcome.value.json) as EcsEvent;
  }

  test('become what the normaliser of Windows events takes', async () => {
    const event = await only({
      record: 17,
      data: [
        ['NewProcessName', 'C:\\Windows\\System32\\cmd.exe'],
        ['CommandLine', 'cmd /c "echo <&>\'"'],
      ],
    });
    expect(event).toMatchObject({
      '@timestamp': '2026-11-21T09:08:01.250Z',
      event: { code: '4688', dataset: 'windows.security', provider: 'Microsoft-Windows-Security-Auditing' },
      process: { executable: 'C:\\Windows\\System32\\cmd.exe', command_line: 'cmd /c "echo <&>\'"' },
      winlog: { channel: 'Security', record_id: '17', computer_name: 'pc-1.corp.example' },
    });
    expect(sink.taken[0]).toMatchObject({
      source: 'evtx',
      record: { format: 'json', hints: { path: at('a.evtx') } },
    });
  });

  const line = fc.string({ unit: fc.constantFrom('a', ' ', '<', '&', '"', 'é', '漢', '>', ']', '\t', '%') });
  test('keep every line of a text as it is, and each value beside it', async () => {
    const chunkOf = (texts: readonly string[]) =>
      evtxLog(evtxChunk([{ record: 1, data: texts.map((text, i) => [`T${i}`, text]) }]));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { maxLength: 4 }), { minLength: 1, maxLength: 40 }),
        async (all) => {
          const texts = all.map((lines) => lines.join('\n'));
          await writeFile(at('x'), chunkOf(texts));
          for await (const { records, damaged } of readEvtx(at('x'), undefined)) {
            expect(damaged).toBe(0);
            const { EventData: data } = JSON.parse(Buffer.from(records[0]!.bytes).toString()).Event;
            expect(texts.map((_, i) => data[`T${i}`])).toEqual(
              texts.map((text) => (text.trim() === '' ? '' : text)),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('values of every width leave those after them in place', async () => {
    const event = await only({
      record: 1,
      eventId: 3,
      data: [
        ['Initiated', true],
        ['Size', 2n ** 40n],
        ['When', new Date('2026-01-02T03:04:05.678Z')],
        ['After', 'right'],
        ['', 'nameless'],
        ['__proto__', 'x'],
      ],
    });
    expect(event.winlog).toMatchObject({
      event_data: {
        Initiated: 'true',
        Size: String(2n ** 40n),
        When: '2026-01-02T03:04:05.678Z',
        After: 'right',
        Data: 'nameless',
      },
    });
  });
});

describe('following', () => {
  test('reads chunks in the order of their records, then what is added, and goes on after a restart', async () => {
    await writeFile(at('a.evtx'), evtxLog(evtxChunk(starts(4, 5)), evtxChunk(starts(2, 3))));
    await start();
    await sink.until(4);
    expect(names()).toEqual([2, 3, 4, 5]);
    await writeFile(at('a.evtx'), evtxLog(evtxChunk(starts(4, 5, 6)), evtxChunk(starts(2, 3))));
    await sink.until(5);
    await stop();
    await appendFile(at('a.evtx'), evtxChunk(starts(7)));
    await start();
    await sink.until(6);
    await quiet();
    expect(names()).toEqual([2, 3, 4, 5, 6, 7]);
    expect(input!.listeners()).toEqual([
      { address: at('*.evtx'), state: 'listening', detail: '1 file, 1 records' },
    ]);
  });

  test('a log put in the place of another is read from its beginning', async () => {
    await writeFile(at('a.evtx'), evtxLog(evtxChunk(starts(1, 2, 3))));
    await start();
    await sink.until(3);
    await stop();
    await writeFile(at('a.evtx'), evtxLog(evtxChunk(starts(1, 2))));
    await start();
    await sink.until(5);
    expect(ids().slice(3)).toEqual(ids().slice(0, 2));
  });

  test('a copy, and a file read again, hold the same events', async () => {
    await writeFile(at('a.evtx'), evtxLog(evtxChunk(starts(1, 2))));
    await start();
    await sink.until(2);
    await copyFile(at('a.evtx'), at('b.evtx'));
    await sink.until(4);
    await stop();
    await rm(join(sink.directory, 'state'), { recursive: true });
    await start();
    await sink.until(8);
    expect(new Set(ids()).size).toBe(2);
  });

  test('waits while the pipeline is full, and for a use-case; a stop keeps the position', async () => {
    sink.full = Number.POSITIVE_INFINITY;
    await writeFile(at('a.evtx'), evtxLog(evtxChunk(starts(1))));
    await start();
    await waitFor(() => sink.log.join().includes('takes no records now'));
    await stop();
    sink.full = 0;
    sink.refuses = new Set(['evtx']);
    await start();
    await waitFor(() => input!.listeners()[0]!.detail?.includes('1 refused') === true);
    await stop();
    sink.refuses = new Set();
    await start();
    await sink.until(1);
  });
});

describe('damage', () => {
  const intact = evtxChunk(starts(1, 2, 3));

  test.each<[name: string, log: () => Buffer, taken: number[], damaged: number]>([
    ['a chunk that is none', () => evtxLog(Buffer.alloc(0x1_0000, 7), intact), [1, 2, 3], 1],
    ['half a chunk at the end', () => evtxLog(intact, intact.subarray(0, 1000)), [1, 2, 3], 1],
    ['a blank chunk is no damage', () => evtxLog(intact, Buffer.alloc(0x1_0000)), [1, 2, 3], 0],
    ['a record whose lengths differ', () => evtxLog(flip(intact, secondRecord() + 4)), [1, 3], 1],
    [
      'a flipped bit in a text',
      () => evtxLog(flip(intact, intact.indexOf(wide('p2.exe')) + 4)),
      [1, Number.NaN, 3],
      1,
    ],
    [
      'XML that can not be read',
      () => evtxLog(flip(intact, secondRecord() + 0x18 + 10)),
      [1, Number.NaN, 3],
      1,
    ],
  ])('%s: counted, and the rest taken', async (_, log, taken, damaged) => {
    await writeFile(at('a.evtx'), log());
    await start();
    await sink.until(taken.length);
    await waitFor(
      () =>
        input!.listeners()[0]!.detail?.endsWith(damaged === 0 ? 'records' : `${damaged} damaged`) === true,
    );
    expect(names()).toEqual(taken);
  });

  const wide = (text: string) => Buffer.from(text, 'utf16le');
  const secondRecord = () => 0x200 + intact.readUInt32LE(0x204);
  function flip(chunk: Buffer, place: number): Buffer {
    const copy = Buffer.from(chunk);
    copy[place] = copy[place]! ^ 0x10;
    return copy;
  }

  test('a file that is no event log is named, the others go on', async () => {
    await writeFile(at('a.evtx'), 'text');
    await writeFile(at('b.evtx'), evtxLog(intact));
    await start();
    await sink.until(3);
    await waitFor(() => input!.listeners().length === 2);
    expect(input!.listeners()[1]).toMatchObject({
      address: at('a.evtx'),
      state: 'failed',
      detail: expect.stringContaining('is no Windows event log'),
    });
    await rm(at('a.evtx'));
    await waitFor(() => input!.listeners().length === 1);
  });

  test('damaged positions are set aside, and the file is read again', async () => {
    await writeFile(at('a.evtx'), evtxLog(intact));
    await start();
    await sink.until(3);
    await stop();
    await writeFile(join(sink.directory, 'state/positions.json'), '{"version":1,');
    await start();
    await sink.until(6);
    expect(new Set(ids()).size).toBe(3);
    expect(await readFile(join(sink.directory, 'state/positions.json.damaged'), 'utf8')).toContain('version');
  });

  test('bytes changed anywhere neither crash nor hang, and cost no record twice', async () => {
    const log = evtxLog(intact, evtxChunk(starts(4, 5)));
    const change = fc.tuple(fc.nat(0x1000 + 0x2000), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async (changes) => {
        const copy = Buffer.from(log);
        for (const [place, byte] of changes) if (place >= 0x1000) copy[place] = byte;
        await writeFile(at('x'), copy);
        const began = ownTime();
        let records = 0;
        for await (const batch of readEvtx(at('x'), undefined)) records += batch.records.length;
        expect(records).toBeGreaterThanOrEqual(2);
        expect(ownTime() - began).toBeLessThan(2_000);
      }),
      { numRuns: 40 },
    );
  });
});
