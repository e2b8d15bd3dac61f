import type { Position } from '@tidewatch/stream';
import type { OutcomeKind } from './outcome.ts';

/** What stands for a letter now. `pending` is what nothing was done about; it and `failed` are open. */
export type LetterState = 'pending' | 'failed' | 'replayed' | 'dropped';

export const isOpen = (state: LetterState): boolean => state === 'pending' || state === 'failed';

export const stateAfter: Readonly<Record<OutcomeKind, LetterState>> = {
  replayed: 'replayed',
  failed_again: 'failed',
  dropped: 'dropped',
  restored: 'pending',
};

/**
 * Neighbouring letters with one state, whose newest outcomes are neighbours too: the letter at `from + i` has its
 * outcome at `offset + i` of the outcomes' partition. Letters in no run are pending, and were never touched or restored.
 */
export interface Run {
  readonly from: number;
  readonly count: number;
  readonly state: Exclude<LetterState, 'pending'>;
  readonly outcome: Position;
  readonly job: string;
}

/** The run that holds the letter. */
export const runAt = (runs: readonly Run[], offset: number): Run | undefined =>
  runs.find(({ from, count }) => from <= offset && offset < from + count);

/** The runs, in order, after a letter's state changed by the outcome at `outcome`. */
export function changeRuns(
  runs: readonly Run[],
  letter: number,
  state: LetterState,
  outcome: Position,
  job: string,
): readonly Run[] {
  const changed = runs.flatMap((run) => without(run, letter));
  if (state === 'pending') return changed;
  const single: Run = { from: letter, count: 1, state, outcome, job };
  const place = changed.findIndex(({ from }) => from > letter);
  const before = changed[(place < 0 ? changed.length : place) - 1];
  // Outcomes come in the order of their letters, so that growing at the end is enough.
  if (before !== undefined && continues(before, single))
    return changed.with(changed.indexOf(before), { ...before, count: before.count + 1 });
  return changed.toSpliced(place < 0 ? changed.length : place, 0, single);
}

const continues = (run: Run, next: Run): boolean =>
  run.state === next.state &&
  run.job === next.job &&
  run.from + run.count === next.from &&
  run.outcome.partition === next.outcome.partition &&
  run.outcome.offset + run.count === next.outcome.offset;

/** The run without one letter: itself, one part of it, or two. */
function without(run: Run, letter: number): readonly Run[] {
  const before = letter - run.from;
  if (before < 0 || before >= run.count) return [run];
  const after = run.count - before - 1;
  const { partition, offset } = run.outcome;
  return [
    ...(before > 0 ? [{ ...run, count: before }] : []),
    ...(after > 0
      ? [{ ...run, from: letter + 1, count: after, outcome: { partition, offset: offset + before + 1 } }]
      : []),
  ];
}
