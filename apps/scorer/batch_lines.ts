import { type EcsEvent, isEcsEvent } from '@tidewatch/event';
import { eventTime } from '@tidewatch/window';
import type { Candidate } from './model.ts';

/** An event in its place in the stream. */
export interface Placed extends Candidate {
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly ingested: number;
}

const newline = 10;

/** Events of a batch, in their order; what is none is left out. @param events JSON documents, one a line, in order of the offsets */
export function readEvents(offsets: Float64Array, events: Uint8Array): Placed[] {
  const lines = Buffer.from(events.buffer, events.byteOffset, events.byteLength);
  const placed: Placed[] = [];
  let start = 0;
  for (const offset of offsets) {
    const end = lines.indexOf(newline, start);
    const event = readEvent(lines.toString('utf8', start, end));
    start = end + 1;
    if (event === undefined) continue;
    const ingested = Date.parse(event.event.ingested);
    const { time } = eventTime({ timestamp: Date.parse(event['@timestamp']), ingested });
    placed.push({ event, time, offset, ingested });
  }
  return placed;
}

function readEvent(line: string): EcsEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEcsEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Each with a line feed behind it. */
export function joinedLines(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length + 1, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
    whole[at++] = newline;
  }
  return whole;
}
