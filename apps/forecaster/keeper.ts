import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { replaceFile } from '@tidewatch/stream/durable';
import { idBytes, openJournal } from './journal.ts';
import { readKept, type Series } from './series.ts';
import type { KeptSeries } from './series_file.ts';
import type { Labels } from './targets.ts';

const hour = 3_600;
const keptDays = 28;
const ending = '.series';

export interface Noted {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

/** Where series are kept: a file each, written once an hour, and a journal of what came since. */
export interface Kept {
  readonly load: () => Promise<
    readonly (KeptSeries & { readonly labels: Labels; readonly target: string })[]
  >;
  /** What the journal held at the start, oldest first. */
  readonly journalled: () => readonly Noted[];
  readonly note: (value: Noted) => void;
  readonly forget: (name: string) => void;
  /** Has the file of a series written at the next occasion: what it says now does not follow from its values. */
  readonly renew: (name: string) => void;
  /** @param now epoch seconds */
  readonly keep: (now: number, all: ReadonlyMap<string, Series>) => Promise<void>;
  /** Journals what came last; the files have the rest. */
  readonly close: (all?: ReadonlyMap<string, Series>) => Promise<void>;
}

const idOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 2 * idBytes);

/**
 * Opens a folder of series, and makes it where there is none. Files that are damaged, or whose newest value is older than
 * 28 days, are deleted.
 *
 * @param now epoch seconds
 */
export async function openKept(folder: string, now: number, damaged: (file: string) => void): Promise<Kept> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { journal, entries } = await openJournal(join(folder, 'journal'));
  const names = new Map<string, string>();
  let pending: Noted[] = [];
  const filed = new Set<string>();
  const forgotten = new Set<string>();
  let savedHour = Math.floor(now / hour);

  const fileOf = (name: string): string => join(folder, `${idOf(name)}${ending}`);

  async function save(series: Series): Promise<void> {
    await replaceFile(fileOf(series.name), series.save());
    filed.add(series.name);
    names.set(idOf(series.name), series.name);
  }

  /** A journal names series by their files only, so that new ones get theirs. */
  async function flush(all: ReadonlyMap<string, Series>): Promise<void> {
    const rows = [...pending];
    const known = rows.filter(({ name }) => filed.has(name));
    for (const series of [...all.values()]) if (!filed.has(series.name)) await save(series);
    await journal.append(known.map(({ name, step, value }) => ({ id: idOf(name), step, value })));
    // What came meanwhile stays for the next time.
    pending = pending.slice(rows.length);
  }

  async function saveAll(all: ReadonlyMap<string, Series>): Promise<void> {
    for (const series of [...all.values()]) {
      await save(series);
      await setImmediate();
    }
    await journal.clear();
  }

  return {
    async load() {
      const found: (KeptSeries & {
        readonly labels: Labels;
        readonly target: string;
        readonly name: string;
      })[] = [];
      for (const file of await readdir(folder)) {
        if (!file.endsWith(ending)) {
          if (file.endsWith('.tmp')) await rm(join(folder, file), { force: true });
          continue;
        }
        const one = readKept(await readFile(join(folder, file)));
        if (one === undefined) damaged(file);
        const newest = Number(one?.head.last) * Number(one?.head.step);
        if (one === undefined || !(newest >= now - keptDays * 24 * hour)) {
          await rm(join(folder, file), { force: true });
          continue;
        }
        const name = String(one.head.name);
        names.set(file.slice(0, -ending.length), name);
        filed.add(name);
        found.push({ ...one, name });
      }
      return found;
    },
    journalled: () =>
      entries.flatMap(({ id, step, value }) => {
        const name = names.get(id);
        return name === undefined ? [] : [{ name, step, value }];
      }),
    note: (value) => void pending.push(value),
    forget: (name) => void forgotten.add(name),
    renew: (name) => void filed.delete(name),
    async keep(at, all) {
      for (const name of forgotten) {
        await rm(fileOf(name), { force: true });
        filed.delete(name);
      }
      forgotten.clear();
      await flush(all);
      if (Math.floor(at / hour) === savedHour) return;
      savedHour = Math.floor(at / hour);
      await saveAll(all);
    },
    async close(all) {
      if (all !== undefined) await flush(all);
      await journal.close();
    },
  };
}
