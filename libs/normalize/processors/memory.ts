import { setImmediate } from 'node:timers/promises';
import type { Json } from '@tidewatch/event';

/**
 * What events said that later ones are completed with, in tables of bounded size: `DHCP lease → host`, `logon → user`,
 * `process → its parent`. All goes by the time of events: an entry counts until its time is over, and one that is late
 * replaces and ends nothing newer. Of more entries than allowed, the source that wrote most loses the one that was not
 * written or read for longest: a noisy source takes no place from others.
 */
export interface Memory {
  readonly table: (name: string, maxEntries: number) => MemoryTable;
  /** The longest that anything may be remembered, milliseconds. */
  readonly longestMs: () => number;
  /** Puts an entry of a snapshot back; the table's next own entry holds it to the table's bound. */
  readonly restore: (table: string, key: string, entry: Entry) => void;
  /** Entries of all tables. */
  readonly size: () => number;
  /** Forgets what has expired at a time, epoch milliseconds. Gives the event loop its turns. */
  readonly expire: (now: number) => Promise<void>;
  /** All there is, as text, for {@link restoreMemory}. Gives the event loop its turns. */
  readonly snapshot: () => AsyncGenerator<string>;
}

export interface MemoryTable {
  readonly put: (key: string, entry: Entry) => void;
  /** What is known at a time, epoch milliseconds. */
  readonly get: (key: string, at: number) => Remembered | undefined;
  /** @param at what is newer stays; epoch milliseconds */
  readonly forget: (key: string, at: number) => void;
}

/** Values by the names that they were remembered under. */
export type Remembered = Readonly<Record<string, Json>>;

export interface Entry {
  readonly values: Remembered;
  /** Since when and until when it counts, epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  /** Who said it. */
  readonly source: string;
}

interface Table {
  maxEntries: number;
  readonly entries: Map<string, Entry>;
  readonly written: Map<string, Written>;
}

/** Keys of the entries that one source wrote. */
interface Written {
  readonly keys: Set<string>;
  /** Comes to the one not written or read for longest: kept, since a new one would first pass all that are gone. */
  readonly oldest: Iterator<string>;
}

/** Entries between two turns of the event loop. */
const slice = 2_000;
const version = 2;
/** Entries of a table that are read back. */
const maxRestored = 1_000_000;

/** @param longestMs asked at each entry: times to live change */
export function createMemory(longestMs: () => number = () => Number.POSITIVE_INFINITY): Memory {
  const tables = new Map<string, Table>();

  function open(name: string, maxEntries: number): Table {
    let table = tables.get(name);
    if (table === undefined) {
      table = { maxEntries, entries: new Map(), written: new Map() };
      tables.set(name, table);
    }
    table.maxEntries = Math.max(table.maxEntries, maxEntries);
    return table;
  }

  return {
    longestMs,
    table(name, maxEntries) {
      const table = open(name, maxEntries);
      const { entries, written } = table;
      return {
        put(key, entry) {
          const before = entries.get(key);
          if (before !== undefined && before.since > entry.since) return;
          remove(table, key);
          add(table, key, entry);
          while (entries.size > table.maxEntries) remove(table, oldestOfMost(table));
        },
        get(key, at) {
          const entry = entries.get(key);
          if (entry === undefined || entry.until <= at) return undefined;
          const { keys } = written.get(entry.source) as Written;
          keys.delete(key);
          keys.add(key);
          return entry.values;
        },
        forget(key, at) {
          if ((entries.get(key)?.since ?? Number.POSITIVE_INFINITY) <= at) remove(table, key);
        },
      };
    },
    restore(name, key, entry) {
      const table = open(name, 1);
      remove(table, key);
      if (table.entries.size < maxRestored) add(table, key, entry);
    },
    size: () => [...tables.values()].reduce((sum, { entries }) => sum + entries.size, 0),
    async expire(now) {
      for (const table of tables.values()) {
        for await (const keys of keysOf(table))
          for (const key of keys) if ((table.entries.get(key)?.until ?? now) <= now) remove(table, key);
      }
    },
    async *snapshot() {
      yield `${JSON.stringify({ version })}\n`;
      for (const [name, table] of tables) {
        for await (const keys of keysOf(table)) {
          let text = '';
          for (const key of keys) {
            const entry = table.entries.get(key);
            if (entry === undefined) continue;
            const { since, until, source, values } = entry;
            text += `${JSON.stringify([name, key, since, until, source, values])}\n`;
          }
          yield text;
        }
      }
    },
  };
}

/** Keys as they stand now, in parts with a turn of the event loop between them: entries are written meanwhile. */
async function* keysOf({ entries }: Table): AsyncGenerator<readonly string[]> {
  const keys = [...entries.keys()];
  for (let from = 0; from < keys.length; from += slice) {
    if (from > 0) await setImmediate();
    yield keys.slice(from, from + slice);
  }
}

function add({ entries, written }: Table, key: string, entry: Entry): void {
  entries.set(key, entry);
  const known = written.get(entry.source);
  if (known !== undefined) return void known.keys.add(key);
  const keys = new Set([key]);
  written.set(entry.source, { keys, oldest: keys.values() });
}

function remove({ entries, written }: Table, key: string): void {
  const entry = entries.get(key);
  if (entry === undefined) return;
  entries.delete(key);
  const { keys } = written.get(entry.source) as Written;
  keys.delete(key);
  if (keys.size === 0) written.delete(entry.source);
}

/** The key to give up, which must then be removed. Sources are few beside entries. */
function oldestOfMost({ written }: Table): string {
  let most: Written | undefined;
  for (const one of written.values()) if (one.keys.size > (most?.keys.size ?? 0)) most = one;
  return most?.oldest.next().value as string;
}

/**
 * Puts back what a snapshot held. Rejects with a sentence for people where it is none: what was before it is then as if
 * it had not been.
 */
export async function restoreMemory(memory: Memory, snapshot: string): Promise<void> {
  const [head = '', ...lines] = snapshot.split('\n');
  if (head !== JSON.stringify({ version }))
    throw new TypeError('is no snapshot of joins that this version reads');
  for (let i = 0; i < lines.length; i++) {
    if (i % slice === slice - 1) await setImmediate();
    if (lines[i] === '') continue;
    const [name, key, since, until, source, values] = JSON.parse(lines[i] as string) as [
      ...[name: string, key: string, since: number, until: number, source: string],
      values: Remembered,
    ];
    memory.restore(name, key, { since, until, source, values });
  }
}
