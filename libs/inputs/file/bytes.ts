import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isPacked } from './names.ts';

/** The content of an open file, unpacked where it is packed. */
export interface FileBytes {
  readonly packed: boolean;
  /** Which file it is: with the time of birth, in nanoseconds since 1970, an inode is not given again. */
  readonly inode: string;
  readonly born: string;
  /** Bytes from `position` on; fewer than `length` only where the content ends now. */
  readAt(position: number, length: number): Promise<Buffer>;
  /** `size` is infinite until a packed file was read to its end. Nothing changed while `stamp` is the same. */
  state(): Promise<{ readonly size: number; readonly stamp: string }>;
  /** Why a packed file could not be unpacked to its end. */
  readonly damage: string | undefined;
  close(): Promise<void>;
}

/** Rejects with the system's error. */
export async function openBytes(path: string): Promise<FileBytes> {
  const handle = await open(path, 'r');
  try {
    const { ino, birthtimeNs } = await handle.stat({ bigint: true });
    const file = { inode: String(ino), born: String(birthtimeNs) };
    return isPacked(path) ? new GzipBytes(handle, file) : plainBytes(handle, file);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

type Identity = Pick<FileBytes, 'inode' | 'born'>;

const plainBytes = (handle: FileHandle, file: Identity): FileBytes => ({
  ...file,
  packed: false,
  damage: undefined,
  readAt: (position, length) => readFrom(handle, position, length),
  async state() {
    const { size, mtimeNs } = await handle.stat({ bigint: true });
    return { size: Number(size), stamp: `${size} ${mtimeNs}` };
  },
  close: () => handle.close(),
});

async function readFrom(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function* contentOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const bytes = await readFrom(handle, position, 64 * 1024);
    if (bytes.length === 0) return;
    position += bytes.length;
    yield bytes;
  }
}

/** More than deflate makes of anything but one byte repeated (it ends at 1,032). */
const maxRatio = 1000;
const ratioFrom = 1024 * 1024;
/** Bytes kept before the place last read at, for who looks back there. */
const lookBack = 4096;

/** Unpacks while it is read, forward; going back further than a little begins from the front again. */
class GzipBytes implements FileBytes {
  readonly packed = true;
  readonly inode: string;
  readonly born: string;
  damage: string | undefined;
  readonly #handle: FileHandle;
  #chunks: AsyncIterator<Buffer> | undefined;
  #unpacker: ReturnType<typeof createGunzip> | undefined;
  #head: Buffer = Buffer.alloc(0);
  /** What was unpacked and not dropped, which begins at `#start`. */
  #kept: Buffer = Buffer.alloc(0);
  #start = 0;
  #ended = false;

  constructor(handle: FileHandle, { inode, born }: Identity) {
    this.#handle = handle;
    this.inode = inode;
    this.born = born;
  }

  async readAt(position: number, length: number): Promise<Buffer> {
    if (position + length <= this.#head.length) return this.#head.subarray(position, position + length);
    if (position < this.#start || this.#chunks === undefined) this.#begin();
    await this.#unpackTo(position, position + length);
    const from = position - this.#start;
    return this.#kept.subarray(Math.min(from, this.#kept.length), from + length);
  }

  async state() {
    const size = this.#ended ? this.#start + this.#kept.length : Number.POSITIVE_INFINITY;
    return { size, stamp: String(size) };
  }

  async close(): Promise<void> {
    this.#unpacker?.destroy();
    await this.#handle.close();
  }

  #begin(): void {
    this.#unpacker?.destroy();
    const packed = Readable.from(contentOf(this.#handle), { objectMode: false });
    const unpacker = createGunzip({ chunkSize: 64 * 1024 });
    packed.on('error', (error) => unpacker.destroy(error));
    unpacker.on('close', () => packed.destroy());
    this.#unpacker = packed.pipe(unpacker);
    this.#chunks = unpacker[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#kept = Buffer.alloc(0);
    this.#start = 0;
    this.#ended = false;
    this.damage = undefined;
  }

  async #unpackTo(position: number, end: number): Promise<void> {
    let kept = [this.#kept];
    let length = this.#kept.length;
    while (!this.#ended && this.#start + length < end) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      kept.push(chunk);
      length += chunk.length;
      if (this.#start + length > position - lookBack) continue;
      // Still far from where reading goes on: no need to keep it.
      kept = [];
      this.#start += length;
      length = 0;
    }
    this.#kept = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
    const unused = Math.min(position - lookBack - this.#start, this.#kept.length);
    if (unused > 0) {
      this.#kept = this.#kept.subarray(unused);
      this.#start += unused;
    }
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const { value, done } = (await this.#chunks?.next()) ?? { done: true, value: undefined };
      if (done === true || value === undefined) {
        this.#ended = true;
        return undefined;
      }
      if (this.#head.length < headBytes)
        this.#head = Buffer.concat([this.#head, value.subarray(0, headBytes - this.#head.length)]);
      this.#checkRatio();
      return value;
    } catch (error) {
      this.damage = (error as Error).message;
      this.#ended = true;
      return undefined;
    }
  }

  #checkRatio(): void {
    const packed = this.#unpacker?.bytesWritten ?? 0;
    const unpacked = this.#start + this.#kept.length;
    if (unpacked > ratioFrom && unpacked > maxRatio * packed)
      throw new Error(`it unpacks to more than ${maxRatio} times its size, as no log does`);
  }
}

/** The beginning of a file that tells it from others, at most. */
export const headBytes = 1024;
