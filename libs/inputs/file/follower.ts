import { setTimeout as sleep } from 'node:timers/promises';
import type { InputContext, Listener } from '@tidewatch/plugin';
import { errors } from '../errors.ts';
import type { PatientAccept } from '../patience.ts';
import { createTally } from '../tally.ts';
import type { FileConfig } from './config.ts';
import { createPositionStore, type Positions } from './positions.ts';
import { pollsToClose, Roster } from './roster.ts';
import type { ReadRecords, Tail } from './tail.ts';
import { createWatch } from './watch.ts';

/** Changes come in bursts; between two looks at all files this much passes at least. */
const breathMs = 20;
/** A file whose source governance refuses is tried again after this: its lines wait in the file. */
const refusedMs = 30_000;
/** Patterns are resolved again after so many polls, or at once where the system tells of a new name. */
const pollsPerDiscovery = 5;
/** Positions are saved this often while there is something to read, and never for more than a part of the time. */
const saveMs = 250;
const savePart = 10;
/** Files named on the health page because they can't be read. */
const unreadableShown = 10;

/** Follows all files of one input: reads them by turns, and saves how far each was taken. */
export class Follower {
  readonly #config: FileConfig;
  readonly #context: InputContext;
  readonly #accept: PatientAccept;
  readonly #signal: AbortSignal;
  readonly #store;
  readonly #tallies;
  readonly #watch = createWatch();
  readonly #unreadable = new Map<string, string>();
  readonly #logged = new Set<string>();
  #roster: Roster;
  #discoverAt = 0;
  #saveAt = 0;
  #isSaved = true;

  constructor(config: FileConfig, context: InputContext, accept: PatientAccept, signal: AbortSignal) {
    this.#config = config;
    this.#context = context;
    this.#accept = accept;
    this.#signal = signal;
    this.#store = createPositionStore(context.directory, context.log);
    this.#roster = this.#createRoster(undefined);
    const tally = (message: string) => createTally(context.log, message, { input: 'file' });
    this.#tallies = {
      cut: tally('Lines were longer than max_line_bytes and cut'),
      refused: tally('Lines were refused by governance: they wait in their files'),
      unsaved: tally('Positions could not be saved: after a crash lines will be read again'),
      damaged: tally('Packed files could not be unpacked to their end: what was whole was taken'),
    };
  }

  /** Reads the saved positions, and finds the files that are there. Rejects with `POSITIONS_UNWRITABLE`. */
  async open(): Promise<void> {
    try {
      const saved = await this.#store.load();
      this.#roster = this.#createRoster(saved);
      await this.#discover();
      await this.#roster.fill(saved === undefined && this.#config.start_at === 'end');
      await this.#store.save(this.#roster.positions());
    } catch (error) {
      await this.#closeAll();
      const { message: reason } = error as Error;
      throw errors.POSITIONS_UNWRITABLE({ input: 'file', directory: this.#context.directory, reason });
    }
  }

  /** Reads until it is stopped. */
  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      while ((await this.#round()) && !this.#signal.aborted);
      await sleep(breathMs, undefined, { signal: this.#signal }).catch(() => undefined);
      const { poll_ms: poll } = this.#config;
      await this.#watch.wait(this.#isSaved ? poll : Math.min(poll, Math.max(0, this.#saveAt - Date.now())));
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
    await this.#roster.close();
  }

  listeners(): Listener[] {
    const patterns = this.#roster.patterns.map(({ pattern, paths, problem }): Listener => {
      if (problem !== undefined) return { address: pattern, state: 'failed', detail: problem };
      const detail =
        paths.length === 0 ? 'no such file yet' : `${paths.length} file${paths.length === 1 ? '' : 's'}`;
      return { address: pattern, state: 'listening', detail };
    });
    const unreadable = [...this.#unreadable].map(
      ([address, detail]): Listener => ({ address, state: 'failed', detail }),
    );
    const shown = unreadable.slice(0, unreadableShown);
    const counted = this.#counted(unreadable.length - shown.length);
    const [first, ...rest] = patterns;
    if (counted === '' || first === undefined) return [...patterns, ...shown];
    return [{ ...first, detail: `${first.detail}, ${counted}` }, ...rest, ...shown];
  }

  #counted(unshown: number): string {
    const { cut, refused, unsaved, damaged } = this.#tallies;
    const { waiting } = this.#roster;
    return [
      ...(cut.total > 0 ? [`${cut.total} lines cut`] : []),
      ...(refused.total > 0 ? [`${refused.total} lines refused, which wait in their files`] : []),
      ...(damaged.total > 0 ? [`${damaged.total} packed files damaged`] : []),
      ...(waiting > 0 ? [`${waiting} files wait for others to be read`] : []),
      ...(unshown > 0 ? [`${unshown} more files cannot be read`] : []),
      ...(unsaved.total > 0 ? ['positions not saved'] : []),
    ].join(', ');
  }

  /** One batch of each file; true when any of them had one. */
  async #round(): Promise<boolean> {
    if (this.#roster.isStale || this.#watch.moved() || Date.now() >= this.#discoverAt) await this.#discover();
    await this.#roster.fill();
    let busy = false;
    for (const [key, tail] of this.#roster.tails) {
      if (this.#signal.aborted) break;
      if (Date.now() < tail.waitUntil || this.#isBehind(tail)) continue;
      const isOver = this.#isOver(tail);
      if (await this.#readOne(tail, isOver)) busy = true;
      else if ((isOver && tail.isIdle) || tail.isComplete) await this.#letGo(key, tail);
    }
    if (!this.#isSaved && Date.now() >= this.#saveAt) await this.#save();
    return busy || this.#roster.canFill();
  }

  /** Whether what was written before this file is still being read. */
  #isBehind(tail: Tail): boolean {
    if (tail.after === undefined) return false;
    const isOpen = [...this.#roster.tails.values()].includes(tail.after);
    if (isOpen && !tail.after.isIdle && !this.#unreadable.has(tail.after.path)) return true;
    tail.after = undefined;
    return false;
  }

  /** Whether what was renamed or deleted is not written on any more, so that its last line needs no end. */
  #isOver({ goneSince }: Tail): boolean {
    return goneSince !== undefined && Date.now() > goneSince + this.#config.poll_ms * pollsToClose;
  }

  async #readOne(tail: Tail, isOver: boolean): Promise<boolean> {
    try {
      const read = await tail.read(isOver);
      this.#unreadable.delete(tail.path);
      if (read === undefined) return false;
      this.#isSaved = false;
      if (read === 'truncated') this.#roster.seekCopy(tail);
      if (typeof read === 'string') return true;
      if (tail.goneSince !== undefined) tail.goneSince = Date.now();
      if (read.saveFirst) await this.#save();
      tail.advance(await this.#handOn(tail, read));
      this.#isSaved = false;
      return !this.#signal.aborted;
    } catch (error) {
      this.#cannotRead(tail.path, error as Error);
      return false;
    }
  }

  /** Answers where the file goes on: behind the last record that was taken. */
  async #handOn(tail: Tail, { batches, next }: ReadRecords): Promise<number> {
    for (const records of batches) {
      const cut = records.filter(({ hints }) => hints.truncatedFrom !== undefined).length;
      if (cut > 0) this.#tallies.cut.add(cut);
      const answers = await this.#accept(this.#config.source, records);
      const untaken = answers?.findIndex(({ status }) => status === 'refused') ?? 0;
      if (untaken === -1) continue;
      if (answers !== undefined) {
        this.#tallies.refused.add(answers.length - untaken);
        tail.waitUntil = Date.now() + refusedMs;
      }
      const position = records[untaken]?.position;
      if (position?.kind === 'file') return position.offset;
    }
    return next;
  }

  async #discover(): Promise<void> {
    this.#discoverAt = Date.now() + this.#config.poll_ms * pollsPerDiscovery;
    await this.#roster.discover();
    for (const { pattern, problem } of this.#roster.patterns)
      if (problem !== undefined) this.#logOnce(pattern, problem);
    this.#watch.set(this.#roster.directories());
  }

  async #letGo(key: string, tail: Tail): Promise<void> {
    const { damage, path } = tail;
    if (damage === undefined) tail.end();
    else {
      this.#tallies.damaged.add();
      this.#logOnce(path, `it cannot be unpacked to its end: ${damage}`);
    }
    await this.#roster.letGo(key, tail);
    this.#isSaved = false;
  }

  #createRoster(positions: Positions | undefined): Roster {
    return new Roster(this.#config, positions, {
      failed: (path, error) => this.#cannotRead(path, error),
      readable: (path) => void this.#unreadable.delete(path),
    });
  }

  /** Saves positions; where that fails reading goes on, since what is read twice has the same ids. */
  async #save(): Promise<void> {
    const began = Date.now();
    this.#isSaved = true;
    await this.#store.save(this.#roster.positions()).catch((error: Error) => {
      this.#isSaved = false;
      this.#tallies.unsaved.add();
      this.#logOnce(this.#context.directory, error.message);
    });
    const now = Date.now();
    this.#saveAt = now + Math.max(saveMs, (now - began) * savePart);
  }

  #cannotRead(path: string, { message }: Error): void {
    this.#unreadable.set(path, message);
    this.#logOnce(path, message);
  }

  #logOnce(path: string, problem: string): void {
    if (this.#logged.has(`${path} ${problem}`)) return;
    this.#logged.add(`${path} ${problem}`);
    this.#context.log.error({ input: 'file', path, problem }, 'A file cannot be followed; the others go on');
  }
}
