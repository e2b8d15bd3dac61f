import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { RawRecord } from '@tidewatch/plugin';
import { createLineCursor, headOf } from '../lines.ts';
import type { FileConfig } from './config.ts';
import type { FilePosition } from './positions.ts';

/** Lines read from one file that are not taken yet. */
export interface ReadLines {
  readonly records: readonly RawRecord[];
  /** Where the file goes on when all of them are taken. */
  readonly next: number;
}

/** A line over the cap, of which the end was not found in the bytes before `scanned`. */
interface Cut {
  readonly head: Buffer;
  scanned: number;
}

const headBytes = 1024;
const leastChunkBytes = 256 * 1024;
const lineFeed = 10;

/**
 * One open file that is followed.
 *
 * Its fingerprint is a hash of inode, time of birth, count of truncations and first line (at most 1 KiB). So it stays
 * the same while the file grows and when it is renamed; it differs for what is written after a truncation, and for two
 * files that begin alike (a hash of content alone would give both the same event ids, and the second would be lost).
 * It needs nothing that was saved: a file that is read again gives the same ids.
 */
export class Tail {
  path: string;
  /** When no path led to it any more, epoch milliseconds. */
  goneSince: number | undefined;
  /** Not to be read before, epoch milliseconds. */
  waitUntil = 0;
  readonly #handle: FileHandle;
  readonly #config: FileConfig;
  #position: FilePosition;
  #cut: Cut | undefined;

  private constructor(handle: FileHandle, config: FileConfig, position: FilePosition) {
    this.path = position.path;
    this.#handle = handle;
    this.#config = config;
    this.#position = position;
  }

  /**
   * Opens a file where it was left, or where a new one is to begin. Rejects with the system's error.
   *
   * @param known positions by inode
   * @param atEnd whether a file that is not known begins at its end
   */
  static async open(
    path: string,
    config: FileConfig,
    known: ReadonlyMap<string, FilePosition>,
    atEnd: boolean,
  ): Promise<Tail> {
    const handle = await open(path, 'r');
    try {
      const found = await handle.stat({ bigint: true });
      const tail = new Tail(handle, config, newPosition(path, found));
      const position = known.get(String(found.ino));
      if (position !== undefined && position.born === String(found.birthtimeNs)) {
        tail.#position = { ...position, path };
        if (!(await tail.#isSame(Number(found.size)))) tail.#restart();
      } else if (atEnd) {
        await tail.#skipToEnd(Number(found.size));
      }
      return tail;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  position(now: number): FilePosition {
    return { ...this.#position, path: this.path, ...(this.goneSince === undefined ? { seen: now } : {}) };
  }

  get inode(): string {
    return this.#position.inode;
  }

  /**
   * Reads the next lines, at most some hundred kilobytes or one line of the cap. `truncated` when the file was emptied
   * since: save its position, then it begins anew. `more` in the midst of a line over the cap; undefined when there is
   * no whole line.
   *
   * @param unfinished whether a last line without its end is a line, because nobody will write on
   */
  async read(unfinished: boolean): Promise<ReadLines | 'truncated' | 'more' | undefined> {
    const size = Number((await this.#handle.stat({ bigint: true })).size);
    const from = this.#cut?.scanned ?? this.#position.offset;
    if (size === from && !(unfinished && this.#cut !== undefined)) return undefined;
    if (!(await this.#isSame(size))) {
      this.#restart();
      return 'truncated';
    }
    const chunk = await this.#readAt(from, Math.max(leastChunkBytes, this.#config.max_line_bytes + 2));
    if (this.#position.fingerprint === null && !(await this.#takeFingerprint(unfinished))) return undefined;
    // Bytes after the chunk are still to be read, so what it ends with is not unfinished but cut by us.
    const last = unfinished && from + chunk.length >= size;
    return this.#cut === undefined ? this.#split(chunk, from, last) : this.#endCut(chunk, this.#cut, last);
  }

  /** Everything before `offset` is durable. */
  async advance(offset: number): Promise<void> {
    this.#cut = undefined;
    this.#position = { ...this.#position, offset };
    const length = Math.min(headBytes, offset);
    if (length === this.#position.head.length) return;
    const head = await this.#readAt(0, length);
    this.#position = { ...this.#position, head: { length: head.length, sha256: sha256(head) } };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Whether what was read is still there. */
  async #isSame(size: number): Promise<boolean> {
    const { offset, head } = this.#position;
    if (size < Math.max(offset, this.#cut?.scanned ?? 0)) return false;
    return head.length === 0 || sha256(await this.#readAt(0, head.length)) === head.sha256;
  }

  #restart(): void {
    const { path, inode, born, generation, seen } = this.#position;
    this.#cut = undefined;
    this.#position = { ...blank, path, inode, born, generation: generation + 1, seen };
  }

  async #skipToEnd(size: number): Promise<void> {
    const from = Math.max(0, size - this.#config.max_line_bytes);
    const last = (await this.#readAt(from, size - from)).lastIndexOf(lineFeed);
    // In the middle of a line, that line is the first: half a line is no event.
    await this.advance(last === -1 ? from : from + last + 1);
  }

  #split(chunk: Buffer, from: number, unfinished: boolean): ReadLines | 'more' | undefined {
    const records: RawRecord[] = [];
    const cursor = createLineCursor(chunk, { unfinished });
    while (cursor.advance()) {
      if (cursor.end === cursor.start) continue;
      const line = chunk.subarray(cursor.start, cursor.end);
      records.push(this.#record(line, from + cursor.start, line.length));
    }
    if (cursor.next > 0) return { records, next: from + cursor.next };
    if (chunk.length <= this.#config.max_line_bytes + 1) return undefined;
    this.#cut = { head: headOf(chunk, this.#config.max_line_bytes), scanned: from + chunk.length };
    return 'more';
  }

  #endCut(chunk: Buffer, cut: Cut, unfinished: boolean): ReadLines | 'more' {
    const { offset } = this.#position;
    const found = chunk.indexOf(lineFeed);
    if (found === -1 && !unfinished) {
      cut.scanned += chunk.length;
      return 'more';
    }
    const end = cut.scanned + (found === -1 ? chunk.length : found);
    return { records: [this.#record(cut.head, offset, end - offset)], next: found === -1 ? end : end + 1 };
  }

  #record(line: Buffer, offset: number, length: number): RawRecord {
    const { max_line_bytes: limit, dataset, format } = this.#config;
    return {
      bytes: line.length > limit ? headOf(line, limit) : line,
      format,
      position: { kind: 'file', fingerprint: this.#position.fingerprint ?? '', offset },
      received: Date.now(),
      hints: {
        path: this.path,
        ...(dataset === undefined ? {} : { dataset }),
        ...(length > limit ? { truncatedFrom: length } : {}),
      },
    };
  }

  /** False while the first line is not complete: what is hashed must not grow. */
  async #takeFingerprint(unfinished: boolean): Promise<boolean> {
    const head = await this.#readAt(0, headBytes);
    const end = head.indexOf(lineFeed);
    if (end === -1 && head.length < headBytes && !unfinished) return false;
    const { inode, born, generation } = this.#position;
    const hash = createHash('sha256').update(`${inode} ${born} ${generation}\n`);
    hash.update(end === -1 ? head : head.subarray(0, end));
    this.#position = { ...this.#position, fingerprint: hash.digest().subarray(0, 16).toString('base64url') };
    return true;
  }

  async #readAt(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#handle.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  }
}

const blank = { fingerprint: null, offset: 0, head: { length: 0, sha256: '' } } as const;

const newPosition = (path: string, found: BigIntStats): FilePosition => ({
  ...blank,
  path,
  inode: String(found.ino),
  born: String(found.birthtimeNs),
  generation: 0,
  seen: Date.now(),
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
