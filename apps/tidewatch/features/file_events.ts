import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { isObject, isoTime, type JsonObject, parseJson } from '@tidewatch/event';
import { eventTime } from '@tidewatch/window';
import { reasonOf, startErrors } from '../errors.ts';

/** An event, when it happened as windows count it (epoch milliseconds), and what analysts decided about it. */
export interface TimedEvent {
  readonly event: JsonObject;
  readonly time: number;
  readonly label: 0 | 1 | null;
}

/** Bytes of a file that is put in order here. */
const sortable = 512 * 2 ** 20;

/**
 * Events of a file of JSON lines in ECS.
 *
 * @param ordered by time: a file that is not is read into memory
 * @throws FILE_UNREADABLE with the line of what is no event, or for a large file that is not in order
 */
export async function* fileEvents(file: string, ordered: boolean): AsyncGenerator<TimedEvent> {
  if (!ordered || (await isOrdered(file))) return yield* eventsOf(file);
  const { size } = await stat(file);
  if (size > sortable)
    throw startErrors.FILE_UNREADABLE({
      file,
      reason: `its events are not in order of @timestamp, as windows need them, and it has more than ${sortable / 2 ** 20} MiB`,
    });
  const events: TimedEvent[] = [];
  for await (const event of eventsOf(file)) events.push(event);
  yield* events.sort((a, b) => a.time - b.time);
}

async function isOrdered(file: string): Promise<boolean> {
  let last = Number.NEGATIVE_INFINITY;
  for await (const { time } of eventsOf(file)) {
    if (time < last) return false;
    last = time;
  }
  return true;
}

async function* eventsOf(file: string): AsyncGenerator<TimedEvent> {
  const input = createReadStream(file);
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() === '') continue;
      const refuse = (reason: string) => startErrors.FILE_UNREADABLE({ file: `${file}:${number}`, reason });
      const parsed = parseJson(line);
      if (!parsed.ok) throw refuse(`no JSON object: ${parsed.message}`);
      if (!isObject(parsed.value)) throw refuse('an event is a JSON object');
      const time = timeOf(parsed.value);
      if (Number.isNaN(time)) throw refuse('the event has no @timestamp that is a time');
      yield { event: parsed.value, time, label: null };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw startErrors.FILE_UNREADABLE({ file, reason: reasonOf(error) });
  } finally {
    input.destroy();
  }
}

/** Epoch milliseconds as windows of the stream count them; NaN for an event without a time. */
export function timeOf(event: JsonObject): number {
  const timestamp = timeIn(event['@timestamp']);
  const ingested = isObject(event.event) ? timeIn(event.event.ingested) : Number.NaN;
  return Number.isNaN(ingested) ? timestamp : eventTime({ timestamp, ingested }).time;
}

const timeIn = (value: unknown): number => (typeof value === 'string' ? isoTime(value) : Number.NaN);
