import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Where a source's bytes are: a file, a folder with all below, or an address of HTTP. */
export interface Place {
  readonly path?: string | undefined;
  readonly url?: string | undefined;
  /** File whose content goes into the header `Authorization`. */
  readonly authorizationFile?: string | undefined;
  /** Bytes of one file or answer. */
  readonly maxBytes: number;
}

/** One file, or answer. */
export interface Opened {
  readonly name: string;
  /** When it last changed, epoch milliseconds. */
  readonly changed: number;
  readonly bytes: Readable;
}

/** How long a server may take until its answer is there in whole. */
const answerMs = 120_000;

/** The files of a folder, by name; hidden ones are passed over. A path to a file is that file. */
export async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export async function openFile(file: string): Promise<Opened> {
  const { mtimeMs, size } = await stat(file);
  // A stream would wait for ever at a pipe without a writer.
  if (size === 0) return { name: file, changed: mtimeMs, bytes: Readable.from([]) };
  return { name: file, changed: mtimeMs, bytes: createReadStream(file, { highWaterMark: 1_048_576 }) };
}

/** Asks a server. Redirects are refused: they could lead to where nobody allowed to go. */
export async function openUrl({ url = '', authorizationFile }: Place): Promise<Opened> {
  const authorization =
    authorizationFile === undefined ? undefined : (await readFile(authorizationFile, 'utf8')).trim();
  const { username, password } = new URL(url);
  // Who asks nevertheless is told with all of the address.
  if (username !== '' || password !== '')
    throw new TypeError('the address has a name or password in it: authorization_file is for these');
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(answerMs),
    headers: {
      accept: 'application/json, text/csv, text/plain;q=0.9, */*;q=0.5',
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(
      `the server answered ${response.status}${response.status >= 300 && response.status < 400 ? ', a redirect, which is not followed' : ''}`,
    );
  }
  const bytes = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  return { name: shownUrl(url), changed: Date.now(), bytes };
}

/** An address without what may be secret in it. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an address that is none' : `${parsed.origin}${parsed.pathname}`;
}

/**
 * Hands the text on in pieces; a byte order mark is left out.
 *
 * @throws RangeError where there are more bytes than allowed, TypeError where they are no UTF-8
 */
export async function readText(
  { bytes }: Opened,
  maxBytes: number,
  onText: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let left = maxBytes;
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    left -= chunk.byteLength;
    if (left < 0) throw new RangeError(`has more than ${maxBytes} bytes (max_size)`);
    onText(decoder.decode(chunk, { stream: true }));
  }
  onText(decoder.decode());
}
