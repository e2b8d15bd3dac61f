import * as fc from 'fast-check';
import type { Fault } from './faults.ts';
import type { Setting } from './site.suite.ts';

/** Records of one append: bytes of each value, and the number of the first key. */
export interface Sizes {
  readonly sizes: readonly number[];
  readonly key: number;
}

export interface Consume {
  readonly group: string;
  readonly from: 'earliest' | 'latest';
  readonly maxRecords: number;
  /** Share of what came that is committed; null: each batch by itself. */
  readonly commit: number | null;
}

/** Something that happens to a log. Plain data, so that a story that found a fault can be kept as it was printed. */
export type Happening =
  | ({ readonly do: 'append' } & Sizes)
  | { readonly do: 'appendTogether'; readonly appends: readonly Sizes[] }
  | ({ readonly do: 'appendOnFullDisk'; readonly room: number; readonly truncates: boolean } & Sizes)
  | ({ readonly do: 'consume' } & Consume)
  | {
      readonly do: 'follow';
      readonly group: string;
      readonly maxRecords: number;
      readonly appends: readonly Sizes[];
    }
  | {
      readonly do: 'restart';
      /** A power cut while this was appended; null: the log was closed. */
      readonly cut: (Sizes & { readonly share: number }) | null;
      readonly faults: readonly Fault[];
    }
  | { readonly do: 'stepClock'; readonly by: number }
  | { readonly do: 'deleteBefore'; readonly ago: number }
  | { readonly do: 'forgetGroup'; readonly group: string };

/** How the log is set, and what happens to it. */
export type Story = readonly [Setting, readonly Happening[]];

const sizes = {
  sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1_500 })), {
    minLength: 1,
    maxLength: 12,
  }),
  key: fc.nat(5),
};
const appends = fc.array(fc.record(sizes), { minLength: 2, maxLength: 5 });
const share = fc.integer({ min: 0, max: 999 }).map((permille) => permille / 1_000);
const group = fc.constantFrom('a', 'b', 'c');
const maxRecords = fc.integer({ min: 1, max: 20 });

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(
    ...(['flip', 'flip', 'truncate', 'zero', 'delete', 'empty', 'group', 'marks', 'stray'] as const),
  ),
  where: share,
  at: share,
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('append' as const), ...sizes }) },
  fc.record({ do: fc.constant('appendTogether' as const), appends }),
  fc.record({
    do: fc.constant('appendOnFullDisk' as const),
    room: fc.nat(6_000),
    truncates: fc.boolean(),
    ...sizes,
  }),
  fc.record({
    do: fc.constant('consume' as const),
    group,
    from: fc.constantFrom('earliest' as const, 'latest' as const),
    maxRecords,
    commit: fc.option(share),
  }),
  fc.record({ do: fc.constant('follow' as const), group, maxRecords, appends }),
  fc.record({
    do: fc.constant('restart' as const),
    cut: fc.option(fc.record({ ...sizes, share })),
    faults: fc.array(fault, { maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('stepClock' as const), by: fc.integer({ min: -200_000, max: 400_000 }) }),
  fc.record({ do: fc.constant('deleteBefore' as const), ago: fc.integer({ min: -400_000, max: 100_000 }) }),
  fc.record({ do: fc.constant('forgetGroup' as const), group }),
);

const setting: fc.Arbitrary<Setting> = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  diskBudgetBytes: fc.constantFrom(30_000, 60_000, 10_000_000),
  groupCommitBytes: fc.constantFrom(1, 2_000, 1_000_000),
  tailBytes: fc.constantFrom(2_000, 10_000_000),
  options: fc.record({
    reclaim: fc.boolean(),
    retention: fc.record(
      {
        ms: fc.integer({ min: 1_000, max: 500_000 }),
        bytes: fc.integer({ min: 4_000, max: 60_000 }),
        hard: fc.boolean(),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  }),
});

/** @param length how many happenings at most */
export const storyOf = (length: number): fc.Arbitrary<Story> =>
  fc.tuple(setting, fc.array(happening, { maxLength: length, size: 'max' }));
