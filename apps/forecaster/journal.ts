import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { replaceFile } from '@tidewatch/stream/durable';

/** Bytes of a series' id. */
export const idBytes = 16;
/** Length and CRC-32 before each round. */
const prefix = 8;
/** Id, step, value. */
const entryBytes = idBytes + 8 + 8;

export interface Entry {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly step: number;
  readonly value: number;
}

/** Values since the files of the series were last written, so that a crash loses a minute at most. */
export interface Journal {
  /** Durable when it resolves; where it rejects, nothing was written. */
  append(entries: readonly Entry[]): Promise<void>;
  /** Begins anew, once the files hold what is in it. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a journal; what is in it up to the first damaged round comes back. */
export async function openJournal(path: string): Promise<{ journal: Journal; entries: readonly Entry[] }> {
  let file = await open(path, 'a+', 0o600);
  const { entries, sound } = read(await file.readFile());
  await file.truncate(sound);
  let size = sound;
  return {
    entries,
    journal: {
      async append(rows) {
        if (rows.length === 0) return;
        const bytes = written(rows);
        try {
          await file.appendFile(bytes);
          await file.datasync();
          size += bytes.length;
        } catch (error) {
          // What follows a round that was cut off would not be found again.
          await file.truncate(size);
          throw error;
        }
      },
      async clear() {
        await file.close();
        await replaceFile(path, '');
        file = await open(path, 'a+', 0o600);
        size = 0;
      },
      close: () => file.close(),
    },
  };
}

function written(rows: readonly Entry[]): Buffer {
  const bytes = Buffer.alloc(prefix + rows.length * entryBytes);
  rows.forEach(({ id, step, value }, i) => {
    const at = prefix + i * entryBytes;
    bytes.write(id, at, idBytes, 'hex');
    bytes.writeDoubleLE(step, at + idBytes);
    bytes.writeDoubleLE(value, at + idBytes + 8);
  });
  bytes.writeUInt32LE(bytes.length - prefix, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(prefix)), 4);
  return bytes;
}

function read(bytes: Buffer): { entries: Entry[]; sound: number } {
  const entries: Entry[] = [];
  let at = 0;
  while (at + prefix <= bytes.length) {
    const end = at + prefix + bytes.readUInt32LE(at);
    const body = bytes.subarray(at + prefix, end);
    if (end > bytes.length || body.length % entryBytes !== 0 || crc32(body) !== bytes.readUInt32LE(at + 4))
      break;
    for (let i = 0; i < body.length; i += entryBytes)
      entries.push({
        id: body.toString('hex', i, i + idBytes),
        step: body.readDoubleLE(i + idBytes),
        value: body.readDoubleLE(i + idBytes + 8),
      });
    at = end;
  }
  return { entries, sound: at };
}
