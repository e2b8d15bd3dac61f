import { isTidewatchError } from '@tidewatch/event';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { StreamRecord } from '../../contract.ts';
import {
  damage,
  type Fault,
  onFullDisk,
  powerCut,
  segmentFiles,
  sizesOf,
  wholeRecords,
  withoutSync,
} from './faults.ts';
import { type Setting, Site } from './site.suite.ts';

/** The real log is part of the site, which compares the two. */
type Command = fc.AsyncCommand<Site, Site>;

interface Sizes {
  readonly sizes: readonly number[];
  readonly key: number;
}

const command = (name: string, given: unknown, run: (site: Site) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => `${name}(${JSON.stringify(given)})`,
});

const recordsOf = (site: Site, { sizes, key }: Sizes) =>
  sizes.map((size, i) => site.newRecord(size, key + i, size % 2 === 0));

async function append(site: Site, given: Sizes): Promise<void> {
  const records = recordsOf(site, given);
  try {
    site.acknowledge(records, await site.stream.append(records));
  } catch (error) {
    if (!isTidewatchError(error, 'STREAM_FULL')) throw error;
    site.pressure = true;
    expect(error.status).toBe(429);
  }
  // Where it just fitted, others were deleted.
  if ((await site.stream.stats()).bytes > site.setting.diskBudgetBytes * 0.8) site.pressure = true;
}

async function appendTogether(site: Site, given: readonly Sizes[]): Promise<void> {
  site.pressure = true;
  const appends = given.map((one) => recordsOf(site, one));
  const highest = site.highest();
  const answers = await Promise.allSettled(appends.map((records) => site.stream.append(records)));
  for (const [i, answer] of answers.entries())
    if (answer.status === 'fulfilled') site.acknowledge(appends[i] as never, answer.value, highest);
    else expect(answer.reason).toMatchObject({ code: 'STREAM_FULL' });
  await site.verify();
}

async function appendOnFullDisk(
  site: Site,
  given: Sizes & { room: number; truncates: boolean },
): Promise<void> {
  site.pressure = true;
  const records = recordsOf(site, given);
  await onFullDisk(given.room, given.truncates, async () => {
    const outcome = await site.stream.append(records).then(
      (positions) => site.acknowledge(records, positions),
      (error: unknown) => error,
    );
    await site.settle();
    if (outcome === undefined) return;
    site.uncut ||= !given.truncates;
    expect(['STREAM_DISK', 'STREAM_FULL']).toContain((outcome as { code: string }).code);
    // One partition may have taken its share; and what could not be cut off is found again.
    if (site.setting.partitions > 1 || !given.truncates)
      for (const record of records) site.refused.set(Buffer.from(record.value).toString(), record);
  });
  await site.verify();
}

interface Consume {
  readonly group: string;
  readonly from: 'earliest' | 'latest';
  readonly maxRecords: number;
  /** Share of what came that is committed; undefined: each batch by itself. */
  readonly commit?: number | undefined;
}

async function consume(site: Site, { group, from, maxRecords, commit }: Consume): Promise<void> {
  const readable = await site.verify();
  const committed = site.groups.get(group);
  const received: StreamRecord[][] = readable.map(() => []);
  const consumer = await site.stream.subscribe({
    group,
    from,
    maxRecords,
    commits: commit === undefined ? 'batch' : 'manual',
    process: async ({ partition, records }) => void received[partition]?.push(...records),
  });
  await consumer.drain();
  const { partitions } = await site.stream.stats();
  const positions = partitions.map(({ partition, next, first }) => {
    const begin = committed?.[partition] ?? (from === 'latest' ? next : first);
    const expected = (readable[partition] ?? []).filter(({ position }) => position.offset >= begin);
    const got = received[partition] as StreamRecord[];
    expect(got.map(({ position }) => position.offset)).toEqual(
      expected.map(({ position }) => position.offset),
    );
    if (commit === undefined) return Math.max(begin, next);
    const to = got[Math.floor(commit * got.length)]?.position.offset ?? begin;
    if (got.length > 0) consumer.commit({ partition, offset: to });
    return Math.max(begin, to);
  });
  await consumer.close();
  site.groups.set(group, positions);
}

interface Restart {
  /** A power cut while this was appended; undefined: the log was closed. */
  readonly cut?: (Sizes & { share: number }) | undefined;
  readonly faults: readonly Fault[];
}

async function restart(site: Site, { cut, faults }: Restart): Promise<void> {
  await site.verify();
  if (cut === undefined) {
    await site.closing();
    await site.log.close();
  } else await cutPower(site, cut);
  const files = await segmentFiles(site.streamDirectory);
  const before = await wholeRecords(files);
  const { groups } = await damage(site.streamDirectory, faults, cut !== undefined);
  const after = await wholeRecords(files);
  site.hurt ||= faults.some(({ kind }) => !/group|marks|stray/.test(kind));
  for (const record of before) if (!after.has(record)) site.lost.add(record);
  for (const group of groups) site.groups.set(group, new Array(site.setting.partitions).fill(0));
  await site.open();
  await site.verify();
  // What is whole on disk was found, unless retention deleted it just now.
  for (const record of after)
    if (!site.known.has(record)) {
      const [partition, offset] = record.split(':').map(Number) as [number, number];
      expect(offset).toBeLessThan((await site.stream.stats()).partitions[partition]?.first as number);
    }
}

async function cutPower(site: Site, { share, ...given }: Sizes & { share: number }): Promise<void> {
  const before = await sizesOf(site.directory, site.stream.name);
  const records = recordsOf(site, given);
  const positions = await site.stream.append(records).catch(() => []);
  for (const [i, { partition, offset }] of positions.entries())
    site.maybe.set(`${partition}:${offset}`, { record: records[i] as never, at: site.now });
  if ((await site.stream.stats()).bytes > site.setting.diskBudgetBytes * 0.8) site.pressure = true;
  await site.closing();
  const copy = site.newFolder();
  await powerCut(site.directory, copy, site.stream.name, before, share);
  await site.log.close();
  site.directory = copy;
}

const sizes = fc.record({
  sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1_500 })), {
    minLength: 1,
    maxLength: 12,
  }),
  key: fc.nat(5),
});
const share = fc.integer({ min: 0, max: 999 }).map((permille) => permille / 1_000);
const group = fc.constantFrom('a', 'b', 'c');
const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(
    ...(['flip', 'flip', 'truncate', 'zero', 'delete', 'empty', 'group', 'marks', 'stray'] as const),
  ),
  where: share,
  at: share,
});

const commands = [
  sizes.map((given) => command('append', given, (site) => append(site, given))),
  sizes.map((given) => command('append', given, (site) => append(site, given))),
  fc
    .array(sizes, { minLength: 2, maxLength: 5 })
    .map((given) => command('appendTogether', given, (site) => appendTogether(site, given))),
  fc
    .record({ room: fc.nat(6_000), truncates: fc.boolean() })
    .chain((full) => sizes.map((given) => ({ ...given, ...full })))
    .map((given) => command('appendOnFullDisk', given, (site) => appendOnFullDisk(site, given))),
  fc
    .record({
      group,
      from: fc.constantFrom('earliest' as const, 'latest' as const),
      maxRecords: fc.integer({ min: 1, max: 20 }),
      commit: fc.option(share, { nil: undefined }),
    })
    .map((given) => command('consume', given, (site) => consume(site, given))),
  fc
    .record({
      cut: fc.option(
        fc.tuple(sizes, share).map(([given, shareOf]) => ({ ...given, share: shareOf })),
        { nil: undefined },
      ),
      faults: fc.array(fault, { maxLength: 3 }),
    })
    .map((given) => command('restart', given, (site) => restart(site, given))),
  fc
    .integer({ min: -200_000, max: 400_000 })
    .map((by) => command('stepClock', by, async (site) => site.stepClock(by))),
  fc.integer({ min: -400_000, max: 100_000 }).map((ago) =>
    command('deleteBefore', ago, async (site) => {
      site.cutoff = Math.max(site.cutoff, site.now + ago);
      await site.stream.deleteBefore(site.now + ago);
      await site.verify();
    }),
  ),
  group.map((name) =>
    command('forgetGroup', name, async (site) => {
      await site.verify();
      await site.stream.forgetGroup(name);
      site.groups.delete(name);
    }),
  ),
];

const setting: fc.Arbitrary<Setting> = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  diskBudgetBytes: fc.constantFrom(30_000, 60_000, 10_000_000),
  groupCommitBytes: fc.constantFrom(1, 2_000, 1_000_000),
  options: fc.record({
    reclaim: fc.boolean(),
    retention: fc.record(
      {
        ms: fc.integer({ min: 1_000, max: 500_000 }),
        bytes: fc.integer({ min: 4_000, max: 60_000 }),
        hard: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  }),
});

/** A setting, and what happens to the log. */
export const story = fc.tuple(setting, fc.commands(commands, { maxCommands: 30, size: 'max' }));

export const play = ([given, happenings]: [Setting, Iterable<Command>]): Promise<void> =>
  withoutSync(async () => {
    const site = await Site.open(given);
    try {
      await fc.asyncModelRun(() => ({ model: site, real: site }), happenings);
      await site.verify();
    } finally {
      await site.dispose();
    }
  });
