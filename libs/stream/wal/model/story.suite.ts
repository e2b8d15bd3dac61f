import { isTidewatchError } from '@tidewatch/event';
import { expect } from 'vitest';
import type { StreamRecord } from '../../contract.ts';
import { inspectLog } from '../inspect.ts';
import { damage, onFullDisk, powerCut, segmentFiles, sizesOf, wholeRecords, withoutSync } from './faults.ts';
import type { Consume, Happening, Sizes, Story } from './happenings.suite.ts';
import { Site, total } from './site.suite.ts';

type Only<Kind extends Happening['do']> = Extract<Happening, { do: Kind }>;

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

async function appendTogether(site: Site, { appends: given }: Only<'appendTogether'>): Promise<void> {
  site.pressure = true;
  const appends = given.map((one) => recordsOf(site, one));
  const highest = site.highest();
  const answers = await Promise.allSettled(appends.map((records) => site.stream.append(records)));
  for (const [i, answer] of answers.entries())
    if (answer.status === 'fulfilled') site.acknowledge(appends[i] as never, answer.value, highest);
    else expect(answer.reason).toMatchObject({ code: 'STREAM_FULL' });
  await site.verify();
}

async function appendOnFullDisk(site: Site, given: Only<'appendOnFullDisk'>): Promise<void> {
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

async function consume(site: Site, { group, from, maxRecords, commit }: Consume): Promise<void> {
  const readable = await site.verify();
  const committed = site.groups.get(group);
  const received: StreamRecord[][] = readable.map(() => []);
  const consumer = await site.stream.subscribe({
    group,
    from,
    maxRecords,
    commits: commit === null ? 'batch' : 'manual',
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
    if (commit === null) return Math.max(begin, next);
    const to = got[Math.floor(commit * got.length)]?.position.offset ?? begin;
    if (got.length > 0) consumer.commit({ partition, offset: to });
    return Math.max(begin, to);
  });
  await consumer.close();
  site.groups.set(group, positions);
}

/** A group reads while others append and retention deletes. */
async function follow(site: Site, { group, maxRecords, appends }: Only<'follow'>): Promise<void> {
  const readable = await site.verify();
  const committed = site.groups.get(group);
  const begins = (await site.stream.stats()).partitions.map(
    ({ first, partition }) => committed?.[partition] ?? first,
  );
  const done = [...begins];
  site.groups.set(group, done);
  const received: StreamRecord[][] = readable.map(() => []);
  const consumer = await site.stream.subscribe({
    group,
    maxRecords,
    process: async ({ partition, records }) => {
      received[partition]?.push(...records);
      // What is done may be deleted from here on, and what is not may not.
      done[partition] = (records.at(-1) as StreamRecord).position.offset + 1;
    },
  });
  const before = new Set(site.known.keys());
  for (const given of appends) await append(site, given);
  await consumer.drain();
  await consumer.close();
  const added = [...site.known.keys()].filter((key) => !before.has(key)).map(positionOf);
  for (const [partition, got] of received.entries()) {
    const offsets = got.map(({ position }) => position.offset);
    const expected = [
      ...(readable[partition] ?? []).map(({ position }) => position.offset),
      ...added.filter((position) => position.partition === partition).map(({ offset }) => offset),
    ].filter((offset) => offset >= (begins[partition] ?? 0));
    // A hard limit may have taken some before they came.
    if (site.setting.options.retention?.hard)
      expect(expected.filter((offset) => offsets.includes(offset))).toEqual(offsets);
    else expect(offsets).toEqual(expected);
  }
  const { partitions } = await site.stream.stats();
  site.groups.set(
    group,
    partitions.map(({ partition, next }) => Math.max(begins[partition] as number, next)),
  );
}

async function restart(site: Site, { cut, faults }: Only<'restart'>): Promise<void> {
  await site.verify();
  if (cut === null) {
    await site.closing();
    await site.log.close();
  } else await cutPower(site, cut);
  const files = await segmentFiles(site.streamDirectory);
  const before = await wholeRecords(files);
  const { groups } = await damage(site.streamDirectory, faults, cut !== null);
  const after = await wholeRecords(files);
  site.hurt ||= faults.some(({ kind }) => !/group|marks|stray/.test(kind));
  for (const record of before) if (!after.has(record)) site.lost.add(record);
  for (const group of groups) site.groups.set(group, new Array(site.setting.partitions).fill(0));
  const { sound } = await inspectLog(site.streamDirectory, { verify: true, records: 5 });
  await site.open();
  await site.verify();
  // An inspection before sees whatever the log finds.
  if (sound) expect(total((await site.stream.stats()).damage), 'damage that inspect overlooked').toBe(0);
  // What is whole on disk was found, unless retention deleted it just now.
  for (const record of after)
    if (!site.known.has(record)) {
      const { partition, offset } = positionOf(record);
      expect(offset).toBeLessThan((await site.stream.stats()).partitions[partition]?.first as number);
    }
}

function positionOf(key: string): { partition: number; offset: number } {
  const [partition, offset] = key.split(':').map(Number) as [number, number];
  return { partition, offset };
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

async function perform(site: Site, happening: Happening): Promise<void> {
  switch (happening.do) {
    case 'append':
      return append(site, happening);
    case 'appendTogether':
      return appendTogether(site, happening);
    case 'appendOnFullDisk':
      return appendOnFullDisk(site, happening);
    case 'consume':
      return consume(site, happening);
    case 'follow':
      return follow(site, happening);
    case 'restart':
      return restart(site, happening);
    case 'stepClock':
      return site.stepClock(happening.by);
    case 'deleteBefore':
      site.cutoff = Math.max(site.cutoff, site.now + happening.ago);
      await site.stream.deleteBefore(site.now + happening.ago);
      await site.verify();
      return;
    case 'forgetGroup':
      await site.verify();
      await site.stream.forgetGroup(happening.group);
      site.groups.delete(happening.group);
  }
}

/** Plays a story on a real log in a temporary folder, and compares it with what it must hold; rejects where they differ. */
export const play = ([setting, happenings]: Story): Promise<void> =>
  withoutSync(async () => {
    const site = await Site.open(setting);
    try {
      for (const happening of happenings) await perform(site, happening);
      await site.verify();
    } finally {
      await site.dispose();
    }
  });
