import { createKeyedStage, type Position, type SnapshotStore, type Stream } from '@tidewatch/stream';
import { decodeDeadLetter, type KeptLetter } from './letter.ts';
import { blockLetters, blockOf, type CountedUnder, decodeOutcome, type LetterOutcome } from './outcome.ts';
import { changeRuns, isOpen, type LetterState, type Run, runAt, stateAfter } from './runs.ts';

export interface LedgerDeps {
  readonly letters: Stream;
  readonly outcomes: Stream;
  readonly snapshots: SnapshotStore;
}

/** Open letters of one source, stage and reason. */
export interface LetterTotal extends CountedUnder {
  readonly count: number;
}

/** What became of a letter last, and when, epoch milliseconds. */
export type NewestOutcome = LetterOutcome & { readonly at: number };

/** Knows of every letter whether it is dealt with, exactly, also across crashes. */
export interface LetterLedger {
  stateOf(letter: Position): LetterState;
  /** The states that letters with offsets from `from` to before `to` have; both within one block. */
  statesIn(partition: number, from: number, to: number): ReadonlySet<LetterState>;
  /** Undefined while the letter is pending. */
  outcomeOf(letter: Position): Promise<NewestOutcome | undefined>;
  /** Open letters, without those that retention deleted. */
  totals(): Promise<readonly LetterTotal[]>;
  /** Resolves when everything appended to both streams before the call is known here, durably. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Counts by {@link countKey}. */
type Counts = Record<string, number>;

interface Settled {
  /** Letters of the block that need nothing any more. */
  readonly counts: Counts;
  runs: readonly Run[];
}

const countKey = ({ source, stage, reason }: CountedUnder): string => JSON.stringify([stage, reason, source]);

function countOf(key: string, count: number): LetterTotal {
  const [stage, reason, source] = JSON.parse(key) as [CountedUnder['stage'], string, string];
  return { source, stage, reason, count };
}

function add(counts: Counts, key: string, by: number): void {
  const sum = (counts[key] ?? 0) + by;
  if (sum === 0) delete counts[key];
  else counts[key] = sum;
}

/**
 * Follows the letters and their outcomes (decision record 6), both by blocks of letters: what retention deleted from the
 * stream then falls out of the totals, and what is settled takes little room.
 */
export async function openLedger({ letters, outcomes, snapshots }: LedgerDeps): Promise<LetterLedger> {
  const [counted, settled] = await Promise.all([
    createKeyedStage<Counts>({
      stream: letters,
      group: 'failure-statistics',
      // Version 0 counted by source.
      version: 1,
      keyOf: ({ position }) => blockOf(position),
      initial: () => ({}),
      step: (counts, record) => {
        add(counts, countKey(decodeDeadLetter(record)), 1);
        return counts;
      },
      snapshots,
    }),
    createKeyedStage<Settled>({
      stream: outcomes,
      group: 'dead-letter-outcomes',
      keyOf: ({ key }) => key,
      initial: () => ({ counts: {}, runs: [] }),
      step: (state, record) => {
        const { letter, outcome, job, counted } = decodeOutcome(record);
        const run = runAt(state.runs, letter.offset);
        // The store's refusal of a replayed event may be written before its replay is.
        if (outcome === 'replayed' && run?.state === 'failed' && run.job === job) return state;
        const before = run?.state ?? 'pending';
        const after = stateAfter[outcome];
        add(state.counts, countKey(counted), Number(isOpen(before)) - Number(isOpen(after)));
        state.runs = changeRuns(state.runs, letter.offset, after, record.position, job);
        return state;
      },
      snapshots,
    }),
  ]);

  const runsOf = (letter: Position): readonly Run[] => settled.get(blockOf(letter))?.runs ?? [];
  const stateOf = (letter: Position): LetterState => runAt(runsOf(letter), letter.offset)?.state ?? 'pending';
  /** Letters that are left of a block from whose beginning retention deleted, by partition. */
  const fronts = new Map<number, { readonly first: number; readonly letters: readonly KeptLetter[] }>();

  async function front(partition: number, first: number): Promise<readonly KeptLetter[]> {
    const known = fronts.get(partition);
    if (known?.first === first) return known.letters;
    const left = blockLetters - (first % blockLetters);
    const records = await letters.read({ partition, offset: first }, left);
    const kept = records
      .filter(({ position }) => position.offset < first + left)
      .map((record) => ({ ...decodeDeadLetter(record), raw: new Uint8Array() }));
    // The newest block still grows.
    if (kept.length === left) fronts.set(partition, { first, letters: kept });
    return kept;
  }

  async function totals(): Promise<readonly LetterTotal[]> {
    const { partitions } = await letters.stats();
    const sums: Counts = {};
    const firsts = new Map(partitions.map(({ partition, first }) => [partition, first]));
    for (const [block, counts] of counted.entries()) {
      const [partition = 0, number = 0] = block.split('.').map(Number);
      if (number * blockLetters < (firsts.get(partition) ?? 0)) continue;
      for (const key in counts) add(sums, key, counts[key] ?? 0);
      const done = settled.get(block)?.counts ?? {};
      for (const key in done) add(sums, key, -(done[key] ?? 0));
    }
    for (const { partition, first, next } of partitions) {
      if (first % blockLetters === 0 || first >= next) continue;
      for (const letter of await front(partition, first))
        if (isOpen(stateOf(letter.position))) add(sums, countKey(letter), 1);
    }
    return Object.entries(sums)
      .map(([key, count]) => countOf(key, count))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
  }

  return {
    stateOf,
    statesIn(partition, from, to) {
      const states = new Set<LetterState>();
      let covered = 0;
      for (const run of runsOf({ partition, offset: from })) {
        const letters = Math.min(to, run.from + run.count) - Math.max(from, run.from);
        if (letters <= 0) continue;
        covered += letters;
        states.add(run.state);
      }
      if (covered < to - from) states.add('pending');
      return states;
    },
    async outcomeOf(letter) {
      const run = runAt(runsOf(letter), letter.offset);
      if (run === undefined) return undefined;
      const { partition, offset } = run.outcome;
      const at = offset + letter.offset - run.from;
      const [record] = await outcomes.read({ partition, offset: at }, 1);
      // Retention may have deleted it: the first that is left comes in its place.
      if (record?.position.offset !== at) return undefined;
      return { ...decodeOutcome(record), at: record.appendedAt };
    },
    totals,
    async drain() {
      await Promise.all([counted.drain(), settled.drain()]);
    },
    async close() {
      await Promise.all([counted.close(), settled.close()]);
    },
  };
}
