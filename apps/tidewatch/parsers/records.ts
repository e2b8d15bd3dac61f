import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parseJson } from '@tidewatch/event';
import { reasonOf, startErrors } from '../errors.ts';
import { readEvents } from '../sigma/events.ts';

/**
 * The lines of a file (`.gz` too; `-` for standard input) as text. A file that is one JSON document, or a list of them, gives each
 * document as a line.
 *
 * @throws FILE_UNREADABLE
 */
export async function* fileLines(file: string): AsyncGenerator<string> {
  const raw: Readable = file === '-' ? process.stdin : createReadStream(file);
  const gunzip: Readable = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  let isFirst = true;
  let failure: Error | undefined;
  raw.on('error', (error: Error) => {
    failure = error;
    gunzip.destroy(error);
  });
  gunzip.on('error', (error: Error) => {
    failure = error;
  });
  try {
    for await (const line of createInterface({ input: gunzip, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      const text = isFirst ? line.replace(/^\ufeff/, '') : line;
      if (isFirst && file !== '-' && isSpread(text)) {
        for (const { event } of await readEvents(file)) yield JSON.stringify(event);
        return;
      }
      isFirst = false;
      yield text;
    }
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(failure ?? error) });
  }
  if (failure !== undefined) throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(failure) });
}

/** A document that goes on in the next line. */
const isSpread = (line: string): boolean => /^\s*(?:\{|\[\s*(?:\{|$))/.test(line) && !parseJson(line).ok;
