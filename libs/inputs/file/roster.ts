import { dirname, resolve } from 'node:path';
import { type FileBytes, openBytes } from './bytes.ts';
import type { FileConfig } from './config.ts';
import { type Discovered, discover, type Found, lookAtAll } from './discover.ts';
import { Families } from './families.ts';
import { Missing } from './missing.ts';
import { familyOf, isPacked, originsOf } from './names.ts';
import { Neighbours } from './neighbours.ts';
import type { FilePosition, Positions } from './positions.ts';
import { type Relative, recognise } from './recognise.ts';
import { Tail } from './tail.ts';

/** A packed file is read when it was not changed for so many polls: it may still be written. */
const pollsToSettle = 2;
/** A file is given up for what it was after so many polls: renamed and not written on, copied and not truncated. */
export const pollsToClose = 10;
/** Of one file so many earlier contents are remembered. */
const lostContents = 4;

const keyOf = ({ inode, born }: Pick<FilePosition, 'inode' | 'born'>): string => `${inode} ${born}`;

interface Stray {
  path: string;
  /** Whether it is read even if it is no copy of what was read before. */
  readonly mayBeNew: boolean;
}

/** Told of what can't be opened, and of what can again. */
export interface RosterEvents {
  failed(path: string, error: Error): void;
  readable(path: string): void;
}
/** Knows which files there are, which of them are open, and what became of those that rotation moved, copied or packed. */
export class Roster {
  /** Open files, by key (see {@link Found}). */
  readonly tails = new Map<string, Tail>();
  patterns: readonly Discovered[] = [];
  /** Whether there is a reason to look again at once. */
  isStale = true;
  readonly #config: FileConfig;
  readonly #events: RosterEvents;
  /** Of files that are not open, by key. */
  readonly #positions = new Map<string, FilePosition>();
  readonly #families = new Families();
  /** What was at which path when it was last looked at. */
  #here: (readonly [path: string, key: string])[] = [];
  /** Stamps of what was there then, by key. */
  #hereStamps: ReadonlyMap<string, string> = new Map();
  /** Files that rotation put aside where no pattern finds them, by key. */
  readonly #strays = new Map<string, Stray>();
  /** Files that left their path and were not found since, by key. */
  readonly #missing = new Missing();
  /** Stamps of files that were closed with nothing to read, by key. */
  readonly #closed = new Map<string, string>();
  #queue: Found[] = [];
  /** The last file put aside, by family: what comes after it in time is read after it. */
  readonly #putAside = new Map<string, Tail>();
  readonly #opened = new Map<string, string>();
  readonly #neighbours: Neighbours;
  /** When all that was there was begun, epoch milliseconds. */
  #looked: number;

  /** @param saved undefined at the very first start */
  constructor(config: FileConfig, saved: Positions | undefined, events: RosterEvents) {
    this.#config = config;
    this.#events = events;
    this.#looked = saved?.looked ?? Date.now();
    this.#neighbours = new Neighbours(this.#looked);
    const files = saved?.files ?? [];
    for (const position of files) this.#remember(keyOf(position), position);
    this.#here = files.filter(({ over }) => !over).map((each) => [each.path, keyOf(each)]);
  }

  /** Files that wait for others to be closed. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Directories in which something may happen. */
  directories(): Set<string> {
    const paths = [...this.#config.paths.map((path) => resolve(path)), ...this.#here.map(([path]) => path)];
    return new Set(paths.map((path) => dirname(path)));
  }

  positions(): Positions {
    // What was not begun yet is to be new to the next start, too.
    const isBegun = this.#here.every(([, key]) => this.#positionOf(key) !== undefined);
    if (isBegun && !this.#missing.isWaiting) this.#looked = this.#neighbours.looked;
    const open = [...this.tails.values()].map(({ position }) => position);
    return { looked: this.#looked, files: [...this.#positions.values(), ...open] };
  }

  /** Looks for files again. Those to be opened wait until {@link fill}. */
  async discover(): Promise<void> {
    this.isStale = false;
    const began = Date.now();
    this.patterns = await Promise.all(this.#config.paths.map(discover));
    const paths = new Set(this.patterns.flatMap(({ paths: each }) => each));
    const failed = (path: string, error: Error): void => this.#events.failed(path, error);
    const found = await lookAtAll([...paths], failed);
    await this.#findRotated(found, began);
    const strayPaths = [...this.#strays.values()].map(({ path }) => path);
    const strays = (await lookAtAll(strayPaths, failed)).filter(({ key }) => this.#strays.has(key));
    for (const [key, { path }] of this.#strays)
      if (!strays.some((stray) => stray.key === key) && !this.#missing.has(key)) this.#miss(key, path);
    strays.sort((a, b) => a.written - b.written);
    const all = [...strays, ...found];
    this.#here = all.map(({ path, key }) => [path, key]);
    this.#hereStamps = new Map(all.map(({ key, stamp }) => [key, stamp]));
    // What rotation put aside is not written on for long, whether a pattern stands for it or not.
    const isLive = ({ path }: Found): boolean => !originsOf(path).some((origin) => paths.has(origin));
    const live = new Set(found.filter(isLive).map(({ key }) => key));
    this.#queue = [];
    for (const each of all) this.#enlist(each, live.has(each.key));
    for (const [key, tail] of this.tails) if (!live.has(key)) tail.goneSince ??= Date.now();
  }

  /** Whether a file waits for which there is room, or could be. */
  canFill(): boolean {
    return this.#queue.length > 0 && (!this.#isFull() || this.#spare() !== undefined);
  }

  /** Opens files that wait, as far as there is room. */
  async fill(atEnd = false): Promise<void> {
    for (let found = this.#queue[0]; found !== undefined && this.canFill(); found = this.#queue[0]) {
      const spare = this.#isFull() ? this.#spare() : undefined;
      if (spare !== undefined) await this.letGo(...spare);
      this.#queue.shift();
      await this.#open(found, atEnd);
    }
  }

  /** Closes a file that was read to its end, and remembers how far. */
  async letGo(key: string, tail: Tail): Promise<void> {
    const { position } = tail;
    const stamp = position.over || tail.isComplete ? this.#opened.get(key) : tail.idleStamp;
    if (stamp !== undefined) this.#closed.set(key, stamp);
    if (position.over) this.#strays.delete(key);
    for (const [family, last] of this.#putAside) if (last === tail) this.#putAside.delete(family);
    this.#remember(key, position);
    this.tails.delete(key);
    this.#events.readable(tail.path);
    await tail.close();
  }

  /** Looks for a copy of what a file was before it was truncated. */
  seekCopy(tail: Tail): void {
    const { lost } = tail;
    tail.lost = undefined;
    if (lost === undefined) return;
    // As a file that is gone.
    const inode = `${lost.inode}#${lost.generation % lostContents}`;
    const key = keyOf({ ...lost, inode });
    this.#remember(key, { ...lost, inode });
    this.#here.push([lost.path, key]);
    this.isStale = true;
  }

  async close(): Promise<void> {
    for (const tail of this.tails.values()) await tail.close();
  }

  #remember(key: string, position: FilePosition): void {
    this.#positions.set(key, position);
    this.#families.join(position.path, key);
  }

  #positionOf(key: string): FilePosition | undefined {
    return this.tails.get(key)?.position ?? this.#positions.get(key);
  }

  /** Where a path leads to another file than before, the one before is looked for, and those that came and went since. */
  async #findRotated(found: readonly Found[], began: number): Promise<void> {
    const now = new Map(found.map(({ path, key }) => [path, key]));
    const left = this.#missing.paths();
    for (const [path, key] of this.#here) if (now.get(path) !== key) left.set(key, path);
    const lost = new Set(left.values());
    const origins = new Set([...this.#config.paths.map((path) => resolve(path)), ...now.keys(), ...lost]);
    const seen = new Set(now.values());
    for (const { path, key, isNew } of await this.#neighbours.look(origins, left, began)) {
      seen.add(key);
      const stray = this.#strays.get(key);
      const isUnknown = this.#positionOf(key) === undefined;
      const mayBeCopy = originsOf(path).some((each) => lost.has(each));
      if (now.has(path)) this.#strays.delete(key);
      else if (stray !== undefined) stray.path = path;
      else if (left.has(key) || (isUnknown && (isNew || mayBeCopy)))
        this.#strays.set(key, { path, mayBeNew: isUnknown && (isNew || left.has(key)) });
    }
    for (const [key, path] of left)
      if (seen.has(key)) this.#missing.found(key);
      else this.#miss(key, path);
  }

  #miss(key: string, path: string): void {
    if (this.#missing.miss(key, path)) this.isStale = true;
    else this.#strays.delete(key);
  }

  #enlist(found: Found, isLive: boolean): void {
    const { path, key, stamp } = found;
    const tail = this.tails.get(key);
    if (tail !== undefined) {
      if (tail.path !== path) this.#putAside.set(familyOf(path), tail);
      tail.path = path;
      tail.goneSince = isLive ? undefined : (tail.goneSince ?? Date.now());
      return;
    }
    const known = this.#positions.get(key);
    if (this.#closed.get(key) === stamp) return;
    if (known?.over && (isPacked(path) || this.#strays.has(key))) this.#strays.delete(key);
    else this.#queue.push(found);
  }

  #isFull(): boolean {
    return this.tails.size >= this.#config.max_open_files;
  }

  /** A file to close for another one: nothing is to be read in it, and a path will lead to it again. */
  #spare(): [key: string, tail: Tail] | undefined {
    for (const each of this.tails) if (each[1].isIdle && each[1].goneSince === undefined) return each;
    return undefined;
  }

  async #open(found: Found, atEnd: boolean): Promise<void> {
    const { path, key } = found;
    if (this.tails.has(key)) return;
    if (isPacked(path) && Date.now() < found.changed + this.#config.poll_ms * pollsToSettle) return;
    try {
      const bytes = await openBytes(path);
      try {
        // Otherwise another file has come to the path since.
        if (keyOf(bytes) !== key) this.isStale = true;
        else await this.#begin(found, bytes, atEnd);
      } finally {
        if (!this.tails.has(key)) await bytes.close();
      }
      this.#events.readable(path);
    } catch (error) {
      // Renamed since.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.isStale = true;
      else this.#events.failed(path, error as Error);
    }
  }

  /** Follows a file, unless it is not to be read, or not yet. */
  async #begin(found: Found, bytes: FileBytes, atEnd: boolean): Promise<void> {
    const { path, key, stamp } = found;
    const known = this.#positions.get(key) ?? (await this.#recognise(bytes, found));
    const stray = this.#strays.get(key);
    if (known === 'later') return;
    if (known === undefined && stray?.mayBeNew === false) {
      this.#strays.delete(key);
      return;
    }
    if (known !== undefined) this.#positions.delete(keyOf(known));
    if (known?.over && bytes.packed) {
      // All of it was read before it was packed.
      this.#remember(key, { ...known, path, inode: bytes.inode, born: bytes.born });
      return;
    }
    const tail = await Tail.open(path, bytes, this.#config, { known, atEnd });
    this.tails.set(key, tail);
    this.#families.join(path, key);
    this.#opened.set(key, stamp);
    this.#closed.delete(key);
    this.#setOrder(tail, stray !== undefined, known === undefined);
    if (tail.lost !== undefined) this.seekCopy(tail);
  }

  /** The position of the file that this one is a copy of. */
  async #recognise(bytes: FileBytes, found: Found): Promise<FilePosition | 'later' | undefined> {
    const relatives = this.#families
      .relativesOf(found.path, (key) => this.#positionOf(key))
      .map(([key, position]): Relative => ({ position, thereAt: this.#thereAt(key, position) }));
    return recognise(bytes, found, relatives, this.#config.poll_ms * pollsToClose);
  }

  /** When a file was last found to be what it was; undefined where it is not there any more. */
  #thereAt(key: string, { seen, over }: FilePosition): number | undefined {
    const tail = this.tails.get(key);
    // One that is open and gone is read to its end first.
    if (tail !== undefined) return tail.goneSince === undefined ? seen : 0;
    const stamp = this.#hereStamps.get(key);
    if (stamp === undefined) return undefined;
    // One that is over is not looked into again.
    return over || stamp === this.#closed.get(key) ? Date.now() : seen;
  }

  #setOrder(tail: Tail, isStray: boolean, isNew: boolean): void {
    const family = familyOf(tail.path);
    if (isStray || isNew) tail.after = this.#putAside.get(family);
    if (!isStray) return;
    tail.goneSince = Date.now();
    this.#putAside.set(family, tail);
  }
}
