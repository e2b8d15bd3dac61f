import { setImmediate } from 'node:timers/promises';
import type { Json } from '@tidewatch/event';

/**
 * What events said that later ones are completed with, in tables of bounded size: `DHCP lease → host`, `logon → user`,
 * `process → its parent`. An entry counts until its time of event is over; of more entries than allowed the one not
 * written or read for longest is forgotten.
 */
export interface Memory {
  readonly table: (name: string, maxEntries: number) => MemoryTable;
  /** The longest that anything may be remembered, milliseconds. */
  readonly longestMs: () => number;
  /** Puts an entry of a snapshot back; the table's next own entry holds it to the table's bound. */
  readonly restore: (table: string, key: string, values: Remembered, until: number) => void;
  /** Entries of all tables. */
  readonly size: () => number;
  /**
   * All that has not expired at a time (epoch milliseconds), as text, for {@link restoreMemory}; what has is forgotten.
   * Gives the event loop its turns.
   */
  readonly snapshot: (now: number) => AsyncGenerator<string>;
}

export interface MemoryTable {
  /** @param until epoch milliseconds */
  readonly put: (key: string, values: Remembered, until: number) => void;
  /** What is known at a time, epoch milliseconds. */
  readonly get: (key: string, at: number) => Remembered | undefined;
  readonly forget: (key: string) => void;
}

/** Values by the names that they were remembered under. */
export type Remembered = Readonly<Record<string, Json>>;

interface Entry {
  readonly values: Remembered;
  readonly until: number;
}

interface Table {
  maxEntries: number;
  readonly entries: Map<string, Entry>;
}

/** Entries between two turns of the event loop. */
const slice = 2_000;
const version = 1;
/** Entries of a table that are read back. */
const maxRestored = 1_000_000;

/** @param longestMs asked at each entry: times to live change */
export function createMemory(longestMs: () => number = () => Number.POSITIVE_INFINITY): Memory {
  const tables = new Map<string, Table>();

  function open(name: string, maxEntries: number): Table {
    let table = tables.get(name);
    if (table === undefined) {
      table = { maxEntries, entries: new Map() };
      tables.set(name, table);
    }
    table.maxEntries = Math.max(table.maxEntries, maxEntries);
    return table;
  }

  return {
    longestMs,
    table(name, maxEntries) {
      const table = open(name, maxEntries);
      const { entries } = table;
      return {
        put(key, values, until) {
          entries.delete(key);
          entries.set(key, { values, until });
          while (entries.size > table.maxEntries) entries.delete(entries.keys().next().value as string);
        },
        get(key, at) {
          const entry = entries.get(key);
          if (entry === undefined) return undefined;
          entries.delete(key);
          if (entry.until <= at) return undefined;
          entries.set(key, entry);
          return entry.values;
        },
        forget: (key) => void entries.delete(key),
      };
    },
    restore(name, key, values, until) {
      const { entries } = open(name, 1);
      if (entries.size < maxRestored) entries.set(key, { values, until });
    },
    size: () => [...tables.values()].reduce((sum, { entries }) => sum + entries.size, 0),
    async *snapshot(now) {
      yield `${JSON.stringify({ version })}\n`;
      for (const [name, { entries }] of tables) {
        let text = '';
        let count = 0;
        // As they stand now: entries that are read meanwhile move, and would come again.
        for (const [key, entry] of [...entries]) {
          if (entry.until > now) text += `${JSON.stringify([name, key, entry.until, entry.values])}\n`;
          else if (entries.get(key) === entry) entries.delete(key);
          if (++count % slice > 0) continue;
          yield text;
          text = '';
          await setImmediate();
        }
        yield text;
      }
    },
  };
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
    const [name, key, until, values] = JSON.parse(lines[i] as string) as [string, string, number, Remembered];
    memory.restore(name, key, values, until);
  }
}
