import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileSnapshots, type Stream } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LetterLedger, openLedger } from './ledger.ts';
import { type DeadLetter, encodeDeadLetter, letterId } from './letter.ts';
import { encodeOutcome, type OutcomeKind } from './outcome.ts';
import { type LetterFilter, searchLetters } from './search.ts';

let directory: string;
let letters: Stream;
let outcomes: Stream;
let ledger: LetterLedger;
let close: () => Promise<void>;
let now = 1_000;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-letters-'));
  now = 1_000;
  const log = createWal({ directory, partitions: 3, segmentBytes: 64 * 1024, clock: () => now });
  letters = await log.open('dead-letters');
  outcomes = await log.open('dead-letters.outcomes');
  ledger = await openLedger({
    letters,
    outcomes,
    snapshots: createFileSnapshots(join(directory, 'snapshots')),
  });
  close = async () => {
    await ledger.close();
    await log.close();
  };
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true });
});

const letter = (i: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  stage: 'normalise',
  reason: i % 2 === 0 ? 'invalid_json' : 'too_deep',
  message: `failure ${i}`,
  source: `source-${i % 5}`,
  raw: Buffer.from(`{"n":${i}`),
  id: `id-${i}`,
  received: i,
  format: 'json',
  hints: {},
  ...more,
});
/** One letter a millisecond, a hundred with one time, spread over the partitions by source. */
async function put(from: number, to: number, more: Partial<DeadLetter> = {}): Promise<void> {
  for (let i = from; i < to; i += 100) {
    now = 1_000 + i;
    await letters.append(
      Array.from({ length: Math.min(100, to - i) }, (_, k) => encodeDeadLetter(letter(i + k, more))),
    );
  }
  await ledger.drain();
}
async function settle(
  some: readonly {
    readonly letter: DeadLetter & { readonly position: { partition: number; offset: number } };
  }[],
  outcome: OutcomeKind,
): Promise<void> {
  await outcomes.append(
    some.map((one) =>
      encodeOutcome({ letter: one.letter.position, outcome, by: 'ann', job: 'j', counted: one.letter }),
    ),
  );
  await ledger.drain();
}
const find = (filter: Partial<LetterFilter> = {}, limit = 10_000, scanLimit = 100_000, after?: string) =>
  searchLetters(
    letters,
    ledger,
    { state: 'all', ...filter },
    { limit, scanLimit, ...(after === undefined ? {} : { after }) },
  );
const numbers = (items: readonly { readonly letter: DeadLetter }[]) =>
  items.map(({ letter: { received } }) => received);

it('gives every letter of every partition once, newest first, page by page', async () => {
  await put(0, 1_500);
  const seen: string[] = [];
  const times: number[] = [];
  let after: string | undefined;
  do {
    const page = await find({}, 170, 500, after);
    for (const {
      letter: { position, at },
    } of page.items) {
      seen.push(letterId(position));
      times.push(at);
    }
    expect(page.scanned).toBe(page.items.length);
    after = page.next;
  } while (after !== undefined);
  expect(seen).toHaveLength(1_500);
  expect(new Set(seen).size).toBe(1_500);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

it('filters, and says how far it looked when it found little', async () => {
  await put(0, 2_000);
  const { items } = await find({ reason: 'too_deep', source: 'source-3', stage: 'normalise' });
  expect(numbers(items).every((i) => i % 2 === 1 && i % 5 === 3)).toBe(true);
  expect(items).toHaveLength(200);
  expect(numbers((await find({ from: 1_500, to: 1_700 })).items).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 200 }, (_, i) => 500 + i),
  );
  const short = await find({ matches: ({ raw }) => raw === '{"n":7' }, 10, 500);
  expect([short.items.length, short.scanned]).toEqual([0, 500]);
  const rest = await find({ matches: ({ raw }) => raw === '{"n":7' }, 10, 5_000, short.next);
  expect(numbers(rest.items)).toEqual([7]);
  expect(rest.next).toBeUndefined();
});

it('reads nothing of blocks in which no letter has the state', async () => {
  await put(0, 2_100, { source: 'one' });
  const { items } = await find();
  await settle(
    items.filter(({ letter: { received } }) => received >= 10),
    'replayed',
  );
  const open = await find({ state: 'open' });
  expect(numbers(open.items).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  // The first of three blocks.
  expect(open.scanned).toBeLessThanOrEqual(1_024);
  expect((await find({ state: 'replayed' }, 10)).items).toHaveLength(10);
});

it('counts what is open, by stage, reason and source, also once retention deleted a part', async () => {
  await put(0, 2_000, { source: 'one', reason: 'invalid_json', raw: Buffer.alloc(100) });
  const { items } = await find({}, 1_000);
  await settle(items.slice(0, 400), 'dropped');
  await settle(items.slice(400, 500), 'failed_again');
  const total = async () => (await ledger.totals()).map(({ count }) => count);
  expect(await total()).toEqual([1_600]);
  await settle(items.slice(0, 100), 'restored');
  expect(await total()).toEqual([1_700]);
  await letters.deleteBefore(2_200);
  const left = (await find()).items.length;
  expect(left).toBeGreaterThan(500);
  expect(left).toBeLessThan(1_500);
  expect(await total()).toEqual([left - 300]);
});

it('reads large letters a few at a time, and all of them', async () => {
  await put(0, 40, { raw: Buffer.alloc(1_500_000, 'x') });
  expect((await find()).items).toHaveLength(40);
});
