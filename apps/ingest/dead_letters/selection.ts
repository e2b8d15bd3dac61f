import type { Position, Stream } from '@tidewatch/stream';
import type { LetterLedger } from './ledger.ts';
import { decodeDeadLetter, type KeptLetter } from './letter.ts';
import { createReadSize } from './read_size.ts';
import { type LetterFilter, searchLetters } from './search.ts';

/** Offsets of letters by partition, ascending: what a job works on, fixed when it begins. */
export type Selection = ReadonlyMap<number, readonly number[]>;

export const sizeOf = (selection: Selection): number =>
  [...selection.values()].reduce((sum, offsets) => sum + offsets.length, 0);

export function selectPositions(positions: readonly Position[]): Selection {
  const selection = new Map<number, number[]>();
  for (const { partition, offset } of positions) {
    const offsets = selection.get(partition);
    if (offsets === undefined) selection.set(partition, [offset]);
    else offsets.push(offset);
  }
  for (const [partition, offsets] of selection)
    selection.set(
      partition,
      [...new Set(offsets)].sort((a, b) => a - b),
    );
  return selection;
}

const pageLetters = 500;

/** Every letter that fits the filter now. */
export async function selectByFilter(
  letters: Stream,
  ledger: LetterLedger,
  filter: LetterFilter,
  signal: AbortSignal,
): Promise<Selection> {
  const positions: Position[] = [];
  let after: string | undefined;
  do {
    const request = { limit: pageLetters, scanLimit: pageLetters, ...(after === undefined ? {} : { after }) };
    const page = await searchLetters(letters, ledger, filter, request);
    for (const { letter } of page.items) positions.push(letter.position);
    after = page.next;
  } while (after !== undefined && !signal.aborted);
  return selectPositions(positions);
}

/** The selected letters that retention has left, a few at a time. */
export async function* readSelection(letters: Stream, selection: Selection): AsyncGenerator<KeptLetter[]> {
  const size = createReadSize();
  for (const [partition, offsets] of selection) {
    for (let i = 0; i < offsets.length; ) {
      const first = offsets[i] as number;
      let count = 1;
      while (count < size.records() && offsets[i + count] === first + count) count++;
      const records = await letters.read({ partition, offset: first }, count);
      size.learn(records);
      yield records.filter(({ position }) => position.offset < first + count).map(decodeDeadLetter);
      i += count;
    }
  }
}
