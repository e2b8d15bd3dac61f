import type { Story } from './happenings.suite.ts';

/** Stories that once found a fault. */
export const found: readonly Story[] = [
  // An empty segment behind a torn one made the records before it look as old as time.
  [
    {
      partitions: 1,
      diskBudgetBytes: 10_000_000,
      groupCommitBytes: 2_000,
      tailBytes: 2_000,
      options: { reclaim: false, retention: { ms: 499_982, hard: true } },
    },
    [
      { do: 'append', sizes: [1_500, 1_500, 800], key: 5 },
      { do: 'append', sizes: [1_500, 1_500, 800], key: 5 },
      { do: 'restart', cut: { sizes: [1_020], key: 5, share: 0.006 }, faults: [] },
      { do: 'restart', cut: null, faults: [{ kind: 'empty', where: 0.218, at: 0.113 }] },
    ],
  ],
];
