import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parsePseudonymKeys } from '@tidewatch/normalize/pseudonyms';
import { reasonOf, startErrors } from '../errors.ts';

const entry = (version: number, more = ''): string =>
  `${version}:${randomBytes(32).toString('base64')}${more}\n`;

const head = `# Keys of Tidewatch's pseudonyms: VERSION:BASE64, or VERSION:BASE64@DAY for one that counts from a later day on.
# Keep old ones for as long as anything that was sealed under them.
`;

/**
 * Makes a file with one new key, mode 0600.
 *
 * @throws PSEUDONYM_KEYS_EXIST, FILE_NOT_WRITABLE
 */
export async function makeKeyFile(file: string): Promise<void> {
  await writing(file, async () => {
    const handle = await open(file, 'wx', 0o600);
    await write(handle, head + entry(1));
  });
}

/**
 * Reads the text of a file of keys.
 *
 * @throws PSEUDONYM_KEYS_UNREADABLE, PSEUDONYM_KEYS_EXPOSED
 */
export async function readKeyFile(file: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { mode } = await handle.stat();
    // Windows has no such bits: who may read it is for the folder's rights to say.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw startErrors.PSEUDONYM_KEYS_EXPOSED({ file, mode: (mode & 0o777).toString(8) });
    return await handle.readFile('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw startErrors.PSEUDONYM_KEYS_UNREADABLE({ place: file, reason: reasonOf(error) });
  } finally {
    await handle?.close();
  }
}

/**
 * Adds the next version. Of an epoch that has begun, values keep their pseudonyms: what is kept of a person is found by them.
 *
 * @param from the day from which it counts; by default the first of next month, in UTC
 * @param now epoch milliseconds
 * @throws PSEUDONYM_KEY_BACKDATED, PSEUDONYM_KEYS_UNREADABLE, PSEUDONYM_KEYS_EXPOSED, PSEUDONYM_KEYS_INVALID, FILE_NOT_WRITABLE
 */
export async function addKey(
  file: string,
  from?: string,
  now = Date.now(),
): Promise<{ readonly version: number; readonly from: string }> {
  const day = from ?? firstOfNextMonth(now);
  if (Date.parse(day) <= now) throw startErrors.PSEUDONYM_KEY_BACKDATED({ day });
  const text = await readKeyFile(file);
  const version = Math.max(...parsePseudonymKeys(text, file).map((key) => key.version)) + 1;
  await writing(file, async () => {
    const handle = await open(file, constants.O_WRONLY | constants.O_APPEND);
    await write(handle, `${text.endsWith('\n') ? '' : '\n'}${entry(version, `@${day}`)}`);
  });
  return { version, from: day };
}

async function write(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.appendFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writing(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw startErrors.PSEUDONYM_KEYS_EXIST({ file });
    throw syscall === undefined ? error : startErrors.FILE_NOT_WRITABLE({ file, reason: reasonOf(error) });
  }
}

function firstOfNextMonth(now: number): string {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)).toISOString().slice(0, 10);
}
