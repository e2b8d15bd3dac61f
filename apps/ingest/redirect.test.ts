import { createDispatch, createNormaliser, type Noise, readParser } from '@tidewatch/normalize';
import type { Stream } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccept, createJudge } from './accept.ts';
import { decodeDeadLetter } from './dead_letters/letter.ts';
import { openReplay } from './dead_letters/replay.ts';
import { eventsOf, log, openIngest, readAll, recordOf } from './ingest.suite.ts';

let ingest: Awaited<ReturnType<typeof openIngest>>;
let wal: ReturnType<typeof createWal>;
let flows: Stream;
beforeEach(async () => {
  ingest = await openIngest();
  wal = createWal({ directory: `${ingest.directory}/redirects` });
  flows = await wal.open('redirects.flows');
});
afterEach(async () => {
  await wal.close();
  await ingest.dispose();
});

function normaliser(processors: readonly object[], resources: Parameters<typeof readParser>[2] = {}) {
  const file = { name: 'app.line', title: 'A', match: { fields: { app: null } }, processors };
  const parser = readParser(JSON.stringify(file), 'a.yml', resources);
  if ('issues' in parser) throw new Error(JSON.stringify(parser.issues));
  const dispatch = createDispatch([parser]);
  return createNormaliser({ parsers: () => dispatch });
}

const line = (kind: string, n: number) => recordOf(JSON.stringify({ app: { kind, n } }));
const redirecting = [{ if: 'app.app.kind: flow', redirect: { stream: 'flows' } }];
const numbers = async (stream: Stream) =>
  eventsOf(await readAll(stream)).map(({ app }) => (app as { app: { n: number } }).app.n);

test('what a parser redirects goes to its stream, in order, and not to the events', async () => {
  const accept = createAccept({
    ...{ ...ingest, normalise: normaliser(redirecting), processors: [], log },
    redirects: new Map([['flows', flows]]),
  });
  const answers = await accept('gw', [line('flow', 1), line('login', 2), line('flow', 3)]);
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
  expect(await numbers(flows)).toEqual([1, 3]);
  expect(await numbers(ingest.events)).toEqual([2]);
});

test('a stream that there is not makes a dead letter, which a replay redirects when there is', async () => {
  const normalise = normaliser(redirecting);
  const accept = createAccept({ ...ingest, normalise, processors: [], log });
  expect(await accept('gw', [line('flow', 1), line('login', 2)])).toMatchObject([
    { status: 'dead_letter', reason: 'unknown_stream', message: expect.stringContaining('flows') },
    { status: 'accepted' },
  ]);
  const [record] = await readAll(ingest.deadLetters);
  if (record === undefined) throw new Error('nothing was set aside');
  const letter = decodeDeadLetter(record);
  if (letter === undefined) throw new Error('no letter');
  const redirects = new Map([['flows', flows]]);
  const judge = createJudge({ normalise, processors: [], redirects, metrics: ingest.metrics });
  const deps = {
    openJudge: async () => ({ judge, close: async () => {} }),
    events: ingest.events,
    metrics: ingest.metrics,
  };
  const replay = await openReplay(deps, 'job', new AbortController().signal);
  const treated = await replay.treat(
    [{ ...letter, position: record.position } as never],
    async (stream, records) => {
      await stream.append(records);
    },
  );
  expect(treated).toMatchObject([{ result: 'replayed' }]);
  expect(await numbers(flows)).toEqual([1]);
  expect(await numbers(ingest.events)).toEqual([2]);
});

test('what could not be kept is no repetition when it is sent again', async () => {
  let lost = 0;
  const noise: Noise = { lost: () => lost, heldBack: () => {} };
  const normalise = normaliser([{ dedupe: { fields: ['app.app.n'], window: '1h' } }], { noise });
  let room = false;
  const accept = createAccept({
    ...{ ...ingest, normalise, processors: [], log },
    settle: async () => {
      if (!room) throw new Error('no room');
    },
    lost: () => void lost++,
  });
  await expect(accept('gw', [line('login', 1)])).rejects.toThrow('no room');
  room = true;
  await accept('gw', [line('login', 1), line('login', 1)]);
  expect(await numbers(ingest.events)).toEqual([1]);
});
