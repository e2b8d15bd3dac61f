import { readFile } from 'node:fs/promises';
import { isObject, type JsonObject, parseJson } from '@tidewatch/event';
import { reasonOf, startErrors } from '../errors.ts';

/** An event of a file, and the 1-based line on which it begins. */
export interface FileEvent {
  readonly line: number;
  readonly event: JsonObject;
}

/**
 * Reads a file of one JSON object, of an array of them, or of one after the other, each beginning on a line of its
 * own (JSON lines, and what evtx_dump writes).
 *
 * @throws FILE_UNREADABLE with the line of what is not an event
 */
export async function readEvents(file: string): Promise<FileEvent[]> {
  const text = (
    await readFile(file, 'utf8').catch((error: unknown) => {
      throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
    })
  ).replace(/^\ufeff/, '');
  const whole = parseJson(text);
  if (whole.ok) {
    const list = Array.isArray(whole.value) ? whole.value : [whole.value];
    return list.map((value) => ({ line: 1, event: eventOf(value, file, 1) }));
  }
  let line = 1;
  const events: FileEvent[] = [];
  for (const piece of text.split(/^(?=\{)/m)) {
    if (piece.trim() !== '') events.push({ line, event: parseEvent(piece, file, line) });
    line += piece.split('\n').length - 1;
  }
  if (events.length === 0) throw startErrors.FILE_UNREADABLE({ file, reason: 'it holds no event' });
  return events;
}

function parseEvent(text: string, file: string, line: number): JsonObject {
  const parsed = parseJson(text);
  if (parsed.ok) return eventOf(parsed.value, file, line);
  throw startErrors.FILE_UNREADABLE({ file: `${file}:${line}`, reason: `no JSON object: ${parsed.message}` });
}

function eventOf(value: unknown, file: string, line: number): JsonObject {
  if (isObject(value)) return value;
  throw startErrors.FILE_UNREADABLE({ file: `${file}:${line}`, reason: 'an event is a JSON object' });
}
