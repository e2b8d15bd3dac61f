import type { JsonObject } from '@tidewatch/event';
import type { Position, Stream, StreamRecord } from '@tidewatch/stream';
import type { LetterLedger } from './ledger.ts';
import { decodeDeadLetter, type KeptLetter, letterId } from './letter.ts';
import { blockLetters } from './outcome.ts';
import { createReadSize } from './read_size.ts';
import { isOpen, type LetterState } from './runs.ts';
import { createTurns } from './turns.ts';

export interface LetterFilter {
  readonly stage?: string;
  readonly reason?: string;
  readonly source?: string;
  /** When the letter was put aside, epoch milliseconds, start inclusive and end exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** `open` is pending or failed. */
  readonly state: LetterState | 'open' | 'all';
  /** Over what {@link toDocument} gives. */
  readonly matches?: (document: JsonObject) => boolean;
}

export interface FoundLetter {
  readonly letter: KeptLetter;
  readonly state: LetterState;
}

export interface LetterPage {
  /** Newest first. */
  readonly items: readonly FoundLetter[];
  /** Where the next page begins; undefined when everything was looked at. */
  readonly next?: string;
  /** How many letters were looked at. */
  readonly scanned: number;
}

export interface PageRequest {
  readonly limit: number;
  /** At most so many letters are looked at, found or not. */
  readonly scanLimit: number;
  readonly after?: string;
}

/** What a query sees of a letter; `raw` is its text, invalid UTF-8 as U+FFFD. */
export const toDocument = ({ letter, state }: FoundLetter): JsonObject => ({
  stage: letter.stage,
  reason: letter.reason,
  message: letter.message,
  source: letter.source,
  state,
  format: letter.format,
  ...(letter.hints as JsonObject),
  event: { id: letter.id },
  raw: Buffer.from(letter.raw).toString(),
});

const wanted = (state: LetterState, filter: LetterFilter['state']): boolean =>
  filter === 'all' || filter === state || (filter === 'open' && isOpen(state));

function fits(found: FoundLetter, filter: LetterFilter): boolean {
  const { letter, state } = found;
  return (
    wanted(state, filter.state) &&
    (filter.stage === undefined || letter.stage === filter.stage) &&
    (filter.reason === undefined || letter.reason === filter.reason) &&
    (filter.source === undefined || letter.source === filter.source) &&
    (filter.from === undefined || letter.at >= filter.from) &&
    (filter.to === undefined || letter.at < filter.to) &&
    (filter.matches === undefined || filter.matches(toDocument(found)))
  );
}

/** Looks through the letters from the newest to the oldest, over all partitions, as far as the request allows. */
export async function searchLetters(
  letters: Stream,
  ledger: LetterLedger,
  filter: LetterFilter,
  { limit, scanLimit, after }: PageRequest,
): Promise<LetterPage> {
  const ends = parseCursor(after);
  const { partitions } = await letters.stats();
  const readers = await Promise.all(
    partitions.map(async ({ partition, first, next }) => {
      const end = Math.min(ends?.get(partition) ?? next, next);
      const range = { partition, from: first, to: end };
      const to = filter.to === undefined ? end : await firstAt(letters, range, filter.to);
      const from = filter.from === undefined ? first : await firstAt(letters, { ...range, to }, filter.from);
      return readBackwards(letters, { partition, from, to }, (lowest, highest) =>
        [...ledger.statesIn(partition, lowest, highest)].some((state) => wanted(state, filter.state)),
      );
    }),
  );
  const items: FoundLetter[] = [];
  let scanned = 0;
  const turn = createTurns();
  for (;;) {
    await turn();
    const newest = await newestOf(readers);
    if (newest === undefined) return { items, scanned };
    if (items.length >= limit || scanned >= scanLimit)
      return { items, scanned, next: readers.map(({ cursor }) => letterId(cursor())).join('.') };
    const letter = decodeDeadLetter(newest.take());
    const found = { letter, state: ledger.stateOf(letter.position) };
    if (fits(found, filter)) items.push(found);
    scanned++;
  }
}

/** Each partition's offset below which the next page looks: letter ids joined by dots. */
function parseCursor(text: string | undefined): ReadonlyMap<number, number> | undefined {
  if (text === undefined) return undefined;
  return new Map(
    text.split('.').map((part) => {
      const [partition, offset] = part.split('-').map(Number);
      return [partition ?? Number.NaN, offset ?? Number.NaN];
    }),
  );
}

interface Range {
  readonly partition: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The first offset of the range whose record is not older than `time`; records lie in the order of their times. */
async function firstAt(stream: Stream, { partition, from, to }: Range, time: number): Promise<number> {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [record] = await stream.read({ partition, offset: middle }, 1);
    if (record !== undefined && record.appendedAt < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface BackwardReader {
  /** The newest record not yet taken. */
  head(): Promise<StreamRecord | undefined>;
  take(): StreamRecord;
  cursor(): Position;
}

/** @param mayHold whether any letter of a part of one block is worth reading */
function readBackwards(
  stream: Stream,
  { partition, from, to }: Range,
  mayHold: (from: number, to: number) => boolean,
): BackwardReader {
  let end = to;
  let ready: StreamRecord[] = [];
  const size = createReadSize();

  async function fill(): Promise<void> {
    while (ready.length === 0 && end > from) {
      const block = Math.floor((end - 1) / blockLetters) * blockLetters;
      const start = Math.max(from, block, end - size.records());
      if (mayHold(start, end)) {
        const before = end;
        const found = await stream.read({ partition, offset: start }, before - start);
        // Where damage left holes, a read goes on behind them.
        ready = found.filter(({ position }) => position.offset < before);
        size.learn(found);
      }
      end = start;
    }
  }

  return {
    async head() {
      await fill();
      return ready.at(-1);
    },
    take: () => ready.pop() as StreamRecord,
    cursor: () => ({ partition, offset: (ready.at(-1)?.position.offset ?? end - 1) + 1 }),
  };
}

async function newestOf(readers: readonly BackwardReader[]): Promise<BackwardReader | undefined> {
  let newest: BackwardReader | undefined;
  let time = Number.NEGATIVE_INFINITY;
  for (const reader of readers) {
    const head = await reader.head();
    if (head === undefined || head.appendedAt <= time) continue;
    newest = reader;
    time = head.appendedAt;
  }
  return newest;
}
