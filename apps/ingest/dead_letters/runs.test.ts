import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changeRuns, type LetterState, type Run, runAt } from './runs.ts';

const change = fc.record({
  letter: fc.integer({ min: 0, max: 20 }),
  state: fc.constantFrom<LetterState>('pending', 'failed', 'replayed', 'dropped'),
  job: fc.constantFrom('a', 'b'),
});

it('tell of each letter its newest state and where that stands, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      let runs: readonly Run[] = [];
      const expected = new Map<number, { state: LetterState; offset: number; job: string }>();
      changes.forEach(({ letter, state, job }, offset) => {
        runs = changeRuns(runs, letter, state, { partition: 0, offset }, job);
        expected.set(letter, { state, offset, job });
      });
      for (let letter = 0; letter <= 20; letter++) {
        const run = runAt(runs, letter);
        const known = expected.get(letter);
        if (known === undefined || known.state === 'pending') expect(run).toBeUndefined();
        else {
          const offset = (run?.outcome.offset ?? 0) + letter - (run?.from ?? 0);
          expect({ state: run?.state, offset, job: run?.job }).toEqual(known);
        }
      }
      expect(runs.map(({ from }) => from)).toEqual(runs.map(({ from }) => from).sort((a, b) => a - b));
    }),
  );
});

it('are as few as the ranges that were worked on', () => {
  let runs: readonly Run[] = [];
  for (let letter = 0; letter < 1_000; letter++)
    runs = changeRuns(
      runs,
      letter,
      letter === 500 ? 'failed' : 'replayed',
      { partition: 0, offset: letter },
      'a',
    );
  expect(runs.map(({ from, count, state }) => [from, count, state])).toEqual([
    [0, 500, 'replayed'],
    [500, 1, 'failed'],
    [501, 499, 'replayed'],
  ]);
});
