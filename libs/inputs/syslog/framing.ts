import { headOf, wastes } from '../lines.ts';

/** One message from a stream. */
export interface Frame {
  readonly bytes: Buffer;
  /** Length of the message in bytes, where `bytes` is only its head. */
  readonly truncatedFrom?: number;
}

/** Cuts a stream into messages, holding back at most one message's bytes. */
export interface Deframer {
  push(chunk: Buffer): Frame[];
  /** What is left when the stream ends. */
  end(): Frame[];
}

/** A message over the cap, of which only the rest is still to come. */
interface Cut {
  readonly head: Buffer;
  /** Bytes of it seen, or declared. */
  length: number;
  /** How many of those seen last may be its end rather than part of it. */
  trailers: number;
  /** Bytes still to skip of a counted message; undefined for a line, which ends at the next LF. */
  left: number | undefined;
}

const lineFeed = 10;
const space = 32;
const lessThan = 60;
const openBrace = 123;
const maxDigits = 8;
/** LF, CR and NUL: senders end messages with any of them, counted ones too. */
const isTrailer = (byte: number | undefined): boolean => byte === lineFeed || byte === 13 || byte === 0;

/**
 * Makes the deframer of one TCP connection (RFC 6587). Each message says for itself how it is framed: digits, a space
 * and `<` begin one with octet counting (3.4.1), anything else ends at its LF (3.4.2). A message over `maxBytes` is
 * cut at it and the rest skipped; what follows is not affected.
 *
 * @param json whether a counted message may also begin with `{`, as relays send documents
 */
export function createDeframer(maxBytes: number, json = false): Deframer {
  let pending: Buffer = Buffer.alloc(0);
  let cut: Cut | undefined;

  return {
    push(chunk) {
      const data = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const frames: Frame[] = [];
      let at = 0;
      while (at < data.length) {
        const next = cut === undefined ? whole(data, at, frames) : skip(data, at, cut, frames);
        if (next === undefined) break;
        at = next;
      }
      pending = data.subarray(at);
      const used = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
      return wastes(used, data)
        ? frames.map((frame) => ({ ...frame, bytes: Buffer.from(frame.bytes) }))
        : frames;
    },
    end() {
      const frames: Frame[] = [];
      if (cut !== undefined) frames.push(frameOfCut(cut, maxBytes));
      else if (pending.length > 0) {
        const counted = readCount(pending, 0, json);
        if (typeof counted === 'object')
          frames.push({ bytes: pending.subarray(counted.start), truncatedFrom: counted.length });
        else pushFrame(frames, pending, 0, pending.length);
      }
      pending = Buffer.alloc(0);
      cut = undefined;
      return frames;
    },
  };

  /** Takes one message that begins at `at`; answers where the next begins, or undefined when more has to come. */
  function whole(data: Buffer, at: number, frames: Frame[]): number | undefined {
    if (isTrailer(data[at])) return at + 1;
    const counted = readCount(data, at, json);
    if (counted === 'unsure') return undefined;
    if (counted !== 'line') {
      const { start, length } = counted;
      const end = start + Math.min(length, maxBytes);
      if (data.length < end) return undefined;
      if (length > maxBytes)
        cut = { head: headOf(data.subarray(start), maxBytes), length, trailers: 0, left: length - maxBytes };
      else pushFrame(frames, data, start, end);
      return end;
    }
    const found = data.indexOf(lineFeed, at);
    if (found !== -1) {
      pushFrame(frames, data, at, found);
      return found + 1;
    }
    if (data.length - at <= maxBytes) return undefined;
    cut = {
      head: headOf(data.subarray(at), maxBytes),
      length: data.length - at,
      trailers: trailersOf(data, at, data.length),
      left: undefined,
    };
    return data.length;
  }

  function skip(data: Buffer, at: number, current: Cut, frames: Frame[]): number {
    const found = current.left === undefined ? data.indexOf(lineFeed, at) : at + current.left;
    const ends = found !== -1 && found <= data.length;
    const to = ends ? found : data.length;
    if (current.left === undefined) {
      const trailers = trailersOf(data, at, to);
      current.trailers = trailers === to - at ? current.trailers + trailers : trailers;
      current.length += to - at;
    } else current.left -= to - at;
    if (!ends) return to;
    frames.push(frameOfCut(current, maxBytes));
    cut = undefined;
    return to;
  }

  function pushFrame(frames: Frame[], data: Buffer, from: number, to: number): void {
    const frame = frameOf(data.subarray(from, to), maxBytes);
    if (frame !== undefined) frames.push(frame);
  }
}

/** What ends a message is not known to before its LF, so it may turn out not to be over the cap. */
function frameOfCut({ head, length, trailers }: Cut, maxBytes: number): Frame {
  const truncatedFrom = length - trailers;
  return truncatedFrom > maxBytes
    ? { bytes: head, truncatedFrom }
    : { bytes: head.subarray(0, truncatedFrom) };
}

/** How many bytes before `to` end messages. */
function trailersOf(data: Buffer, from: number, to: number): number {
  let start = to;
  while (start > from && isTrailer(data[start - 1])) start--;
  return to - start;
}

/** A whole message without what ends it, cut at `maxBytes`; undefined where nothing is left. */
export function frameOf(message: Buffer, maxBytes: number): Frame | undefined {
  const end = message.length - trailersOf(message, 0, message.length);
  if (end === 0) return undefined;
  if (end <= maxBytes) return { bytes: message.subarray(0, end) };
  return { bytes: headOf(message, maxBytes), truncatedFrom: end };
}

/** The count that a message begins with, if it does; `unsure` when the bytes so far could still become one. */
function readCount(
  data: Buffer,
  at: number,
  json: boolean,
): { start: number; length: number } | 'line' | 'unsure' {
  let length = 0;
  for (let i = at; i <= at + maxDigits; i++) {
    if (i === data.length) return i === at ? 'line' : 'unsure';
    const byte = data[i] as number;
    if (byte === space && i > at) {
      if (i + 1 === data.length) return 'unsure';
      const begins = data[i + 1] === lessThan || (json && data[i + 1] === openBrace);
      return begins ? { start: i + 1, length } : 'line';
    }
    const digit = byte - 48;
    if (digit < 0 || digit > 9 || (i === at && digit === 0)) return 'line';
    length = length * 10 + digit;
  }
  return 'line';
}
