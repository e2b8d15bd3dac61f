import type { RawRecord } from '@tidewatch/plugin';
import { headOf } from '../lines.ts';
import { type FileBytes, headBytes } from './bytes.ts';
import type { FileConfig } from './config.ts';
import { type HeaderChange, headerBytes, headerChanges } from './header.ts';
import { digest, fingerprintOf, holds, newPosition, restarted } from './identity.ts';
import type { FilePosition } from './positions.ts';
import { createRecordMaker, type RecordMaker } from './records.ts';
import { createSplitter, type SplitOptions, type Splitter } from './split.ts';

/** Records read from one file that are not taken yet. */
export interface ReadRecords {
  /** In order; each is made when it is asked for. */
  readonly batches: Iterable<readonly RawRecord[]>;
  /** Where the file goes on when all of them are taken. */
  readonly next: number;
  /** The position must be saved before they are handed on: without it, another start would give other ids. */
  readonly saveFirst: boolean;
}

/** A line over the cap, of which the end was not found in the bytes before `scanned`. */
interface Cut {
  readonly head: Buffer;
  scanned: number;
}

const leastChunkBytes = 256 * 1024;
const leastReadBytes = 4096;
const lineFeed = 10;

/** One open file that is followed. */
export class Tail {
  path: string;
  /** When no path that is looked for led to it any more, epoch milliseconds. */
  goneSince: number | undefined;
  /** Not to be read before, epoch milliseconds. */
  waitUntil = 0;
  /** Whether the last look at it found nothing to read. */
  isIdle = false;
  /** Read to its end first: what was written before this file. */
  after: Tail | undefined;
  /** What the file was when it was found truncated; whoever looks for a copy of that takes it away. */
  lost: FilePosition | undefined;
  readonly #bytes: FileBytes;
  readonly #config: FileConfig;
  readonly #split: Splitter;
  readonly #chunkBytes: number;
  #position: FilePosition;
  #cut: Cut | undefined;
  /** The bytes of what was read and not taken yet. */
  #last: { readonly from: number; readonly bytes: Buffer } | undefined;
  /** Where they change the header. */
  #changes: readonly HeaderChange[] = [];
  /** When it was last found to be the file it was, epoch milliseconds. */
  #looked = Date.now();
  /** What the file was like when there was nothing to read, and since when. */
  #quiet: { readonly stamp: string; readonly since: number; flushed: boolean } | undefined;

  private constructor(bytes: FileBytes, config: FileConfig, position: FilePosition) {
    this.path = position.path;
    this.#bytes = bytes;
    this.#config = config;
    this.#split = createSplitter(config);
    const { max_line_bytes: maxLine, multiline } = config;
    this.#chunkBytes = Math.max(leastChunkBytes, maxLine + 2 + (multiline?.max_bytes ?? 0));
    this.#position = position;
  }

  /**
   * Begins where a file was left, or where a new one is to begin. Rejects with the system's error.
   *
   * @param known how far it was read, if it was; of the file itself or of one that this is a copy of
   * @param atEnd whether a file that is not known begins at its end
   */
  static async open(
    path: string,
    bytes: FileBytes,
    config: FileConfig,
    { known, atEnd }: { readonly known: FilePosition | undefined; readonly atEnd: boolean },
  ): Promise<Tail> {
    const { inode, born } = bytes;
    const tail = new Tail(bytes, config, newPosition(path, bytes));
    if (known !== undefined) {
      tail.#position = { ...known, path, inode, born, over: false };
      tail.#looked = known.seen;
      const { size } = await bytes.state();
      if (!(await tail.#isSame(size))) tail.#restart();
    } else if (atEnd) await tail.#skipToEnd();
    tail.#see(await tail.#readHead());
    if (tail.#position.header === undefined) await tail.#findHeader();
    return tail;
  }

  get position(): FilePosition {
    return { ...this.#position, path: this.path, seen: this.#looked };
  }

  /** Size and time of change of a plain file in which there was nothing to read. */
  get idleStamp(): string | undefined {
    return this.isIdle ? this.#quiet?.stamp : undefined;
  }

  /** Why what is packed could not be unpacked to its end. */
  get damage(): string | undefined {
    return this.#bytes.damage;
  }

  /** Whether all there will ever be was read: of packed files only. */
  get isComplete(): boolean {
    return this.#bytes.packed && this.isIdle;
  }

  /**
   * Reads the next records, at most some hundred kilobytes or one line of the cap. `truncated` when the file was emptied
   * since: it begins anew, and `lost` is what it was. `more` in the midst of a line over the cap; undefined when there
   * is no whole record.
   *
   * @param over whether nobody will write on, so that a last line without its end is a line
   */
  async read(over: boolean): Promise<ReadRecords | 'truncated' | 'more' | undefined> {
    const now = Date.now();
    const { stamp, size: sizeBefore } = await this.#bytes.state();
    const flush = this.#isTimeToFlush(stamp);
    if (this.#quiet?.stamp === stamp && !over && !flush) {
      this.#looked = now;
      return undefined;
    }
    const from = this.#cut?.scanned ?? this.#position.offset;
    const head = await this.#readHead();
    // Room for a whole chunk, where a few lines were added, would be much memory for nothing.
    const wanted = Math.max(leastReadBytes, sizeBefore - from);
    const chunk = await this.#bytes.readAt(from, Math.min(wanted, this.#chunkBytes));
    const { size } = await this.#bytes.state();
    // After reading: what was still there then was there before.
    if (!this.#bytes.packed && !(await this.#isSame(size))) {
      this.#restart();
      return 'truncated';
    }
    this.#looked = now;
    this.#see(head);
    // Of a packed file that ends too early, half a line is none.
    const isOver = this.#bytes.packed ? this.damage === undefined : over;
    this.#changes = [];
    const read = this.#take(chunk, from, { head, lastLine: isOver && from + chunk.length >= size, flush });
    this.#last = typeof read === 'object' ? { from, bytes: chunk } : undefined;
    this.isIdle = read === undefined;
    if (read !== undefined) this.#quiet = undefined;
    else if (this.#quiet?.stamp !== stamp) this.#quiet = { stamp, since: Date.now(), flushed: false };
    else this.#quiet.flushed ||= flush;
    return read;
  }

  #take(
    chunk: Buffer,
    from: number,
    options: SplitOptions & { readonly head: Buffer },
  ): ReadRecords | 'more' | undefined {
    const { head, lastLine } = options;
    if (chunk.length === 0 && !(lastLine && this.#cut !== undefined)) return undefined;
    const isNew = this.#position.fingerprint === null;
    if (isNew && !this.#takeFingerprint(head, lastLine)) return undefined;
    const read =
      this.#cut === undefined
        ? this.#splitChunk(chunk, from, options)
        : this.#endCut(chunk, this.#cut, lastLine);
    return isNew && typeof read === 'object' ? { ...read, saveFirst: true } : read;
  }

  /** Everything before `offset` is durable. */
  advance(offset: number): void {
    this.#cut = undefined;
    // From memory: the file may have been truncated since.
    const { from, bytes } = this.#last ?? { from: offset, bytes: Buffer.alloc(0) };
    const header = this.#changes.findLast(({ after }) => from + after <= offset)?.header;
    if (header !== undefined) this.#position = { ...this.#position, header };
    this.#changes = [];
    this.#last = undefined;
    const read = bytes.subarray(Math.max(0, offset - from - headBytes), Math.max(0, offset - from));
    // Nothing of a line over the cap may be in memory any more where it ended: then no bytes speak for the new place.
    const hasMoved = offset !== this.#position.offset;
    const foot = read.length === 0 && !hasMoved ? this.#position.foot : digest(read);
    this.#position = { ...this.#position, offset, foot };
  }

  /** It was read to its end, and nobody looks for it any more. */
  end(): void {
    this.#position = { ...this.#position, over: true };
  }

  async close(): Promise<void> {
    await this.#bytes.close();
  }

  #isTimeToFlush(stamp: string): boolean {
    const { multiline } = this.#config;
    if (multiline === undefined || this.#quiet?.stamp !== stamp || this.#quiet.flushed) return false;
    return Date.now() >= this.#quiet.since + multiline.timeout_ms;
  }

  /** Whether what was seen and read is still there. */
  async #isSame(size: number): Promise<boolean> {
    const { offset, head, foot } = this.#position;
    if (size < Math.max(offset, head.length, this.#cut?.scanned ?? 0)) return false;
    return holds(this.#bytes, { offset, head, foot });
  }

  #restart(): void {
    this.lost = this.position;
    this.#cut = undefined;
    this.#quiet = undefined;
    this.#position = restarted(this.#position);
  }

  async #skipToEnd(): Promise<void> {
    if (this.#bytes.packed) return this.end();
    const { size } = await this.#bytes.state();
    const from = Math.max(0, size - this.#config.max_line_bytes);
    const bytes = await this.#bytes.readAt(from, size - from);
    const last = bytes.lastIndexOf(lineFeed);
    this.#last = { from, bytes };
    // In the middle of a line, that line is the first: half a line is no event.
    this.advance(last === -1 ? from : from + last + 1);
    await this.#findHeader();
  }

  /** The header of what was passed over: it stands at the beginning, as a rule. */
  async #findHeader(): Promise<void> {
    const { offset } = this.#position;
    const head = await this.#bytes.readAt(0, Math.min(offset, headerBytes));
    const header = headerChanges(head, 0, undefined, this.#config.header).at(-1)?.header ?? null;
    this.#position = { ...this.#position, header };
  }

  /** The file's beginning, where something hangs on it still. */
  async #readHead(): Promise<Buffer> {
    const { head, fingerprint } = this.#position;
    if (head.length === headBytes && fingerprint !== null) return Buffer.alloc(0);
    return this.#bytes.readAt(0, headBytes);
  }

  /** A head once seen never changes while the file is the same; it grows to its full length with the file. */
  #see(head: Buffer): void {
    if (head.length > this.#position.head.length) this.#position = { ...this.#position, head: digest(head) };
  }

  #splitChunk(
    chunk: Buffer,
    from: number,
    { lastLine, flush }: SplitOptions,
  ): ReadRecords | 'more' | undefined {
    const { closed } = this.#position;
    const isClosed = closed > from && closed <= from + chunk.length;
    const bytes = isClosed ? chunk.subarray(0, closed - from) : chunk;
    const { bounds, next, forced } = this.#split(bytes, {
      lastLine: lastLine || isClosed,
      flush: flush || isClosed,
    });
    if (next > 0) {
      const saveFirst = forced && !isClosed;
      if (saveFirst) this.#position = { ...this.#position, closed: from + next };
      const { header } = this.#position;
      const changes = headerChanges(bytes.subarray(0, next), from, header ?? undefined, this.#config.header);
      this.#changes = changes;
      return { batches: this.#maker().batches(chunk, from, bounds, changes), next: from + next, saveFirst };
    }
    const { max_line_bytes: maxLine } = this.#config;
    if (chunk.length <= maxLine + 1 || chunk.subarray(0, maxLine + 2).includes(lineFeed)) return undefined;
    this.#cut = { head: headOf(chunk, maxLine), scanned: from + chunk.length };
    return 'more';
  }

  #endCut(chunk: Buffer, cut: Cut, lastLine: boolean): ReadRecords | 'more' {
    const { offset } = this.#position;
    const found = chunk.indexOf(lineFeed);
    if (found === -1 && !lastLine) {
      cut.scanned += chunk.length;
      return 'more';
    }
    const end = cut.scanned + (found === -1 ? chunk.length : found);
    const next = found === -1 ? end : end + 1;
    return { batches: [[this.#maker().cut(cut.head, offset, end - offset)]], next, saveFirst: false };
  }

  #maker(): RecordMaker {
    return createRecordMaker(this.#config, this.path, this.#position);
  }

  /** False while the first line is not complete: what is hashed must not grow. */
  #takeFingerprint(head: Buffer, lastLine: boolean): boolean {
    const isWhole = lastLine || head.length === headBytes || head.includes(lineFeed);
    if (isWhole) this.#position = { ...this.#position, fingerprint: fingerprintOf(this.#position, head) };
    return isWhole;
  }
}
