import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { checkRecord, offsetAt } from '../format.ts';
import { decodeHeader, headerBytes } from '../header.ts';
import { segmentPattern } from '../segment.ts';
import { copyLog } from '../wal.harness.ts';

/** Something that happens to the files of a log that nobody has open. */
export interface Fault {
  readonly kind: 'flip' | 'truncate' | 'zero' | 'delete' | 'empty' | 'group' | 'marks' | 'stray';
  /** Which file, and where in it: shares from 0 to below 1. */
  readonly where: number;
  readonly at: number;
}

export interface SegmentFile {
  readonly partition: number;
  readonly path: string;
}

/** All segment files, by partition and age. */
export async function segmentFiles(stream: string): Promise<SegmentFile[]> {
  const files: SegmentFile[] = [];
  const folders = (await readdir(stream, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const id of folders
    .map(({ name }) => name)
    .filter((name) => /^\d$/.test(name))
    .sort())
    for (const name of (await readdir(join(stream, id))).sort())
      if (segmentPattern.test(name) && (await stat(join(stream, id, name))).isFile())
        files.push({ partition: Number(id), path: join(stream, id, name) });
  return files;
}

/** Offsets of the whole records in the files, found by trying every byte. */
export async function wholeRecords(files: readonly SegmentFile[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { partition, path } of files) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    const decoded = decodeHeader(bytes);
    if (!decoded.ok) continue;
    for (let at = headerBytes; at < bytes.length; ) {
      const size = checkRecord(bytes, at, bytes.length, decoded.header.salt);
      if (size > 0) found.add(`${partition}:${offsetAt(bytes, at)}`);
      at += Math.max(1, size);
    }
  }
  return found;
}

export interface Damaged {
  /** Groups whose positions are lost. */
  readonly groups: Set<string>;
}

/**
 * Damages the folder of a stream.
 *
 * @param torn whether the log was not closed: then nobody can tell an acknowledged end from one that never came, so the
 *   newest segment is not cut
 */
export async function damage(stream: string, faults: readonly Fault[], torn: boolean): Promise<Damaged> {
  const groups = new Set<string>();
  // Together with a segment, marks may vanish without a trace; either alone may not.
  let marksCopy: number | undefined;
  for (const fault of faults) {
    const files = await segmentFiles(stream);
    const file = files[Math.floor(fault.where * files.length)];
    const newest = files.filter(({ partition }) => partition === file?.partition).at(-1) === file;
    if (fault.kind === 'stray') await addStray(stream, fault.where);
    else if (fault.kind === 'group') {
      const hurt = await hurtGroup(join(stream, 'groups'), fault.where, fault.at);
      if (hurt !== undefined) groups.add(hurt);
    } else if (fault.kind === 'marks') {
      marksCopy ??= fault.at < 0.5 ? 0 : 4_096;
      const path = join(stream, '0', 'marks');
      await change(path, (bytes) => flip(bytes, (marksCopy as number) + Math.floor(fault.where * 40), 1));
    } else if (file === undefined || (torn && newest && fault.kind === 'truncate')) continue;
    else if (fault.kind === 'delete') await rm(file.path);
    else if (fault.kind === 'empty') await truncate(file.path, 0);
    else if (fault.kind === 'truncate')
      await change(file.path, (bytes) => bytes.subarray(0, Math.floor(fault.at * bytes.length)));
    else if (fault.kind === 'zero')
      await change(file.path, (bytes) => {
        const from = Math.floor(fault.at * bytes.length);
        return bytes.fill(0, from, Math.min(from + 200, bytes.length));
      });
    else
      await change(file.path, (bytes) =>
        flip(bytes, Math.floor(fault.at * bytes.length), 1 << (bytes.length & 7)),
      );
  }
  return { groups };
}

function flip(bytes: Buffer, at: number, bit: number): Buffer {
  if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ bit;
  return bytes;
}

async function change(path: string, by: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, by(await readFile(path)));
}

async function hurtGroup(directory: string, where: number, at: number): Promise<string | undefined> {
  const names = (await readdir(directory)).filter((name) => /^[a-z]\.json$/.test(name)).sort();
  const name = names[Math.floor(where * names.length)];
  if (name === undefined) return undefined;
  await change(join(directory, name), (bytes) =>
    at < 0.5
      ? bytes.subarray(0, Math.floor(at * 2 * (bytes.length - 1)))
      : flip(bytes, Math.floor((at - 0.5) * 2 * (bytes.length - 1)), 1),
  );
  return name.slice(0, -'.json'.length);
}

async function addStray(stream: string, where: number): Promise<void> {
  const strays = [
    () => writeFile(join(stream, 'notes.txt'), 'x'),
    () => mkdir(join(stream, '7'), { recursive: true }),
    () => writeFile(join(stream, '9'), 'x'),
    () => mkdir(join(stream, '0', `${'9'.repeat(20)}.log`), { recursive: true }),
    () => writeFile(join(stream, '0', 'core'), 'x'),
    () => mkdir(join(stream, 'groups', 'folder.json'), { recursive: true }),
    () => writeFile(join(stream, 'groups', 'Not A Group.json'), '{'),
    () => writeFile(join(stream, 'groups', 'g.json.0123.tmp'), '{'),
  ];
  await strays[Math.floor(where * strays.length)]?.();
}

/**
 * Copies a log as a power cut would leave it: of what was written since `before`, each file holds a part.
 *
 * @param before sizes of the segments at the last acknowledgement
 */
export async function powerCut(
  from: string,
  to: string,
  stream: string,
  before: ReadonlyMap<string, number>,
  share: number,
): Promise<void> {
  await copyLog(from, to);
  for (const { path } of await segmentFiles(join(to, stream))) {
    const { size } = await stat(path);
    // A segment is on disk with its head before it is named anywhere.
    const durable = before.get(path.slice(to.length)) ?? headerBytes;
    if (size > durable) await truncate(path, durable + Math.floor(share * (size - durable)));
  }
}

export async function sizesOf(directory: string, stream: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const { path } of await segmentFiles(join(directory, stream)))
    sizes.set(path.slice(directory.length), (await stat(path)).size);
  return sizes;
}

async function handlePrototype(): Promise<FileHandle> {
  const handle = await open('/dev/null', 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** While `task` runs, nothing waits for the disk: here it is files that are damaged, not memory that is lost. */
export async function withoutSync<T>(task: () => Promise<T>): Promise<T> {
  const prototype = await handlePrototype();
  const { sync, datasync } = prototype;
  prototype.sync = async () => {};
  prototype.datasync = async () => {};
  try {
    return await task();
  } finally {
    Object.assign(prototype, { sync, datasync });
  }
}

/** While `task` runs, files take `room` more bytes and then no more, as on a full disk. */
export async function onFullDisk<T>(room: number, truncates: boolean, task: () => Promise<T>): Promise<T> {
  const prototype = await handlePrototype();
  const { write, writeFile: whole, truncate: cut } = prototype;
  const writeAt = write as (
    buffer: Buffer,
    at: number,
    length: number,
    to: number,
  ) => ReturnType<typeof write>;
  const full = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  let left = room;
  prototype.write = async function (
    this: FileHandle,
    buffer: Buffer,
    at: number,
    length: number,
    to: number,
  ) {
    // What is there already can be written over.
    if (to + length <= (await this.stat()).size) return writeAt.call(this, buffer, at, length, to);
    if (left <= 0) throw full();
    const some = Math.min(left, length);
    left -= some;
    return writeAt.call(this, buffer, at, some, to);
  } as FileHandle['write'];
  prototype.writeFile = () => Promise.reject(full());
  if (!truncates) prototype.truncate = () => Promise.reject(full());
  try {
    return await task();
  } finally {
    Object.assign(prototype, { write, writeFile: whole, truncate: cut });
  }
}
