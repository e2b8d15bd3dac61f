import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InputContext, Listener } from '@tidewatch/plugin';
import { errors } from '../errors.ts';
import type { PatientAccept } from '../patience.ts';
import { createTally } from '../tally.ts';
import type { FileConfig } from './config.ts';
import { type Discovered, discover, findRenamed } from './discover.ts';
import { createPositionStore, type FilePosition } from './positions.ts';
import { Tail } from './tail.ts';
import { createWatch } from './watch.ts';

/** Changes come in bursts; between two looks at all files this much passes at least. */
const breathMs = 20;
/** A file that no path leads to is closed when it has not grown for so many polls. */
const pollsToClose = 10;
/** A file whose source governance refuses is tried again after this: its lines wait in the file. */
const refusedMs = 30_000;
/** Patterns are resolved again after so many polls, or at once where the system tells of a new name. */
const pollsPerDiscovery = 5;

/** Follows all files of one input: finds them, reads them by turns, and saves how far each was taken. */
export class Follower {
  readonly #config: FileConfig;
  readonly #context: InputContext;
  readonly #accept: PatientAccept;
  readonly #signal: AbortSignal;
  readonly #store;
  readonly #tallies;
  readonly #watch = createWatch();
  /** By device and inode. */
  readonly #tails = new Map<string, Tail>();
  /** By inode, of files that are not open. */
  readonly #known = new Map<string, FilePosition>();
  readonly #unreadable = new Map<string, string>();
  readonly #logged = new Set<string>();
  #patterns: readonly Discovered[] = [];
  #discoverAt = 0;
  #first = false;

  constructor(config: FileConfig, context: InputContext, accept: PatientAccept, signal: AbortSignal) {
    this.#config = config;
    this.#context = context;
    this.#accept = accept;
    this.#signal = signal;
    this.#store = createPositionStore(context.directory, context.log);
    const tally = (message: string) => createTally(context.log, message, { input: 'file' });
    this.#tallies = {
      cut: tally('Lines were longer than max_line_bytes and cut'),
      refused: tally('Lines were refused by governance: they wait in their files'),
      unsaved: tally('Positions could not be saved: after a crash lines will be read again'),
      files: tally('There are more files than max_files: some are not followed'),
    };
  }

  /** Reads the saved positions, and finds the files that are there. Rejects with `POSITIONS_UNWRITABLE`. */
  async open(): Promise<void> {
    try {
      const saved = await this.#store.load();
      this.#first = saved === undefined;
      for (const position of saved ?? []) this.#known.set(position.inode, position);
      await this.#discover();
      await this.#followRenamed();
      this.#first = false;
      await this.#store.save(this.#positions());
    } catch (error) {
      await this.#closeAll();
      const { message: reason } = error as Error;
      throw errors.POSITIONS_UNWRITABLE({ directory: this.#context.directory, reason });
    }
  }

  /** Reads until it is stopped. */
  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      while ((await this.#round()) && !this.#signal.aborted);
      await sleep(breathMs, undefined, { signal: this.#signal }).catch(() => undefined);
      await this.#watch.wait(this.#config.poll_ms);
    }
  }

  /** Ends the waiting of `run`. */
  wake(): void {
    this.#watch.close();
  }

  async close(): Promise<void> {
    await this.#save();
    await this.#closeAll();
    for (const tally of Object.values(this.#tallies)) tally.flush();
  }

  async #closeAll(): Promise<void> {
    this.#watch.close();
    for (const tail of this.#tails.values()) await tail.close();
  }

  listeners(): Listener[] {
    const patterns = this.#patterns.map(({ pattern, paths, problem }): Listener => {
      if (problem !== undefined) return { address: pattern, state: 'failed', detail: problem };
      const detail =
        paths.length === 0 ? 'no such file yet' : `${paths.length} file${paths.length === 1 ? '' : 's'}`;
      return { address: pattern, state: 'listening', detail };
    });
    const unreadable = [...this.#unreadable].map(
      ([address, detail]): Listener => ({ address, state: 'failed', detail }),
    );
    const { cut, refused, files, unsaved } = this.#tallies;
    const counted = [
      ...(cut.total > 0 ? [`${cut.total} lines cut`] : []),
      ...(refused.total > 0 ? [`${refused.total} lines refused, which wait in their files`] : []),
      ...(files.total > 0 ? ['more files than max_files'] : []),
      ...(unsaved.total > 0 ? ['positions not saved'] : []),
    ].join(', ');
    const [first, ...rest] = patterns;
    if (counted === '' || first === undefined) return [...patterns, ...unreadable];
    return [{ ...first, detail: `${first.detail}, ${counted}` }, ...rest, ...unreadable];
  }

  /** One batch of each file; true when any of them had one. */
  async #round(): Promise<boolean> {
    if (this.#watch.moved() || Date.now() >= this.#discoverAt) await this.#discover();
    let busy = false;
    for (const [key, tail] of this.#tails) {
      if (this.#signal.aborted) break;
      if (Date.now() < tail.waitUntil) continue;
      if (await this.#readOne(tail)) busy = true;
      else if (this.#isOver(tail)) await this.#letGo(key, tail);
    }
    if (busy) await this.#save();
    return busy;
  }

  /** Whether what was renamed or deleted is not written on any more, so that its last line needs no end. */
  #isOver({ goneSince }: Tail): boolean {
    return goneSince !== undefined && Date.now() > goneSince + this.#config.poll_ms * pollsToClose;
  }

  async #readOne(tail: Tail): Promise<boolean> {
    try {
      const read = await tail.read(this.#isOver(tail));
      this.#unreadable.delete(tail.path);
      if (read === undefined) return false;
      if (read === 'truncated') await this.#save();
      if (typeof read === 'string') return true;
      if (tail.goneSince !== undefined) tail.goneSince = Date.now();
      const { records, next } = read;
      const cut = records.filter(({ hints }) => hints.truncatedFrom !== undefined).length;
      if (cut > 0) this.#tallies.cut.add(cut);
      if (records.length === 0) {
        await tail.advance(next);
        return true;
      }
      const answers = await this.#accept(this.#config.source, records);
      if (answers === undefined) return false;
      const refused = answers.findIndex(({ status }) => status === 'refused');
      const position = records[refused]?.position;
      await tail.advance(position?.kind === 'file' ? position.offset : next);
      if (refused !== -1) {
        this.#tallies.refused.add(answers.length - refused);
        tail.waitUntil = Date.now() + refusedMs;
      }
      return true;
    } catch (error) {
      this.#cannotRead(tail.path, error);
      return false;
    }
  }

  async #discover(): Promise<void> {
    this.#discoverAt = Date.now() + this.#config.poll_ms * pollsPerDiscovery;
    this.#patterns = await Promise.all(this.#config.paths.map(discover));
    for (const { pattern, problem } of this.#patterns)
      if (problem !== undefined) this.#logOnce(pattern, problem);
    const there = new Set<string>();
    let opened = false;
    for (const path of new Set(this.#patterns.flatMap(({ paths }) => paths))) {
      const key = await this.#keyOf(path);
      if (key === undefined || there.has(key)) continue;
      there.add(key);
      const tail = this.#tails.get(key);
      if (tail === undefined) opened = (await this.#follow(key, path)) || opened;
      else {
        tail.path = path;
        tail.goneSince = undefined;
      }
    }
    for (const [key, tail] of this.#tails) if (!there.has(key)) tail.goneSince ??= Date.now();
    const paths = [...this.#config.paths.map((pattern) => resolve(pattern)), ...this.#paths()];
    this.#watch.set(new Set(paths.map((path) => dirname(path))));
    if (opened) await this.#save();
  }

  #paths(): string[] {
    return [...this.#tails.values()].map(({ path }) => path);
  }

  async #keyOf(path: string): Promise<string | undefined> {
    try {
      const { dev, ino } = await stat(path, { bigint: true });
      return `${dev}:${ino}`;
    } catch {
      return undefined;
    }
  }

  async #follow(key: string, path: string): Promise<boolean> {
    if (this.#tails.size >= this.#config.max_files) {
      this.#tallies.files.add();
      return false;
    }
    try {
      const atEnd = this.#first && this.#config.start_at === 'end';
      const tail = await Tail.open(path, this.#config, this.#known, atEnd);
      this.#tails.set(key, tail);
      this.#known.delete(tail.inode);
      this.#unreadable.delete(path);
      return true;
    } catch (error) {
      this.#cannotRead(path, error);
      return false;
    }
  }

  /** Files that rotation renamed while nobody looked are read to their end. */
  async #followRenamed(): Promise<void> {
    for (const { path, inode } of [...this.#known.values()]) {
      const renamed = await findRenamed(path, inode);
      const key = renamed === undefined ? undefined : await this.#keyOf(renamed);
      if (renamed === undefined || key === undefined || this.#tails.has(key)) continue;
      if (!(await this.#follow(key, renamed))) continue;
      const tail = this.#tails.get(key);
      if (tail !== undefined) tail.goneSince = Date.now();
    }
  }

  async #letGo(key: string, tail: Tail): Promise<void> {
    const position = tail.position(Date.now());
    this.#known.set(position.inode, position);
    this.#tails.delete(key);
    this.#unreadable.delete(tail.path);
    await tail.close();
  }

  #positions(): FilePosition[] {
    const now = Date.now();
    return [...this.#known.values(), ...[...this.#tails.values()].map((tail) => tail.position(now))];
  }

  /** Saves positions; where that fails reading goes on, since what is read twice has the same ids. */
  async #save(): Promise<void> {
    await this.#store.save(this.#positions()).catch((error: Error) => {
      this.#tallies.unsaved.add();
      this.#logOnce(this.#context.directory, error.message);
    });
  }

  #cannotRead(path: string, error: unknown): void {
    const { message } = error as Error;
    this.#unreadable.set(path, message);
    this.#logOnce(path, message);
  }

  #logOnce(path: string, problem: string): void {
    if (this.#logged.has(`${path} ${problem}`)) return;
    this.#logged.add(`${path} ${problem}`);
    this.#context.log.error({ input: 'file', path, problem }, 'A file cannot be followed; the others go on');
  }
}
