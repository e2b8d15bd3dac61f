import { wastes } from '../lines.ts';

/** One command of a RELP session. */
export interface RelpFrame {
  /** 1 to 999,999,999; 0 is a hint, which is not answered. */
  readonly txnr: number;
  readonly command: string;
  readonly data: Buffer;
  /** Length of the data in bytes, where `data` is only its head. */
  readonly truncatedFrom?: number;
}

/** Cuts a RELP stream into commands, holding back at most one header and `maxBytes` of data. */
export interface RelpDeframer {
  /** The commands that end in the chunk. After a fault there are no more. */
  push(chunk: Buffer): RelpFrame[];
  /** What the sender did against the protocol; the session can't go on from there. */
  readonly fault: string | undefined;
}

/** A command whose data is still coming. */
interface Body {
  readonly txnr: number;
  readonly command: string;
  readonly length: number;
  /** Room for what is kept of the data. */
  readonly data: Buffer;
  /** Bytes that have come, kept or not. */
  seen: number;
}

const lineFeed = 10;
/** Number, space, command, space, number, and what ends it. */
const longestHeader = 9 + 1 + 32 + 1 + 9 + 1;
const header = /^(\d{1,9}) ([A-Za-z]{1,32}) (\d{1,9})([ \n])/;
const headerSoFar = /^(?:\d{0,9}|\d{1,9} [A-Za-z]{0,32}|\d{1,9} [A-Za-z]{1,32} \d{0,9})$/;

/**
 * Makes the deframer of one RELP session: `TXNR SP COMMAND SP DATALEN [SP DATA] LF` (RELP specification, "RELP FRAME";
 * without data there is no space either). Data over `maxBytes` is cut at it and the rest skipped.
 */
export function createRelpDeframer(maxBytes: number): RelpDeframer {
  let pending: Buffer = Buffer.alloc(0);
  let body: Body | undefined;
  let fault: string | undefined;

  return {
    push(chunk) {
      const data = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      pending = Buffer.alloc(0);
      const frames: RelpFrame[] = [];
      let at = 0;
      while (at < data.length && fault === undefined)
        at = body === undefined ? readHeader(data, at, frames) : readBody(data, at, body, frames);
      // Only messages are kept; what other commands bring is gone at once.
      const used = frames.reduce(
        (sum, { command, data }) => sum + (command === 'syslog' ? data.length : 0),
        0,
      );
      return wastes(used, data)
        ? frames.map((frame) => ({ ...frame, data: Buffer.from(frame.data) }))
        : frames;
    },
    get fault() {
      return fault;
    },
  };

  function readHeader(data: Buffer, at: number, frames: RelpFrame[]): number {
    const text = data.toString('latin1', at, at + longestHeader);
    const [matched, txnr, command = '', length, end] = header.exec(text) ?? [];
    if (matched === undefined) {
      if (text.length < longestHeader && headerSoFar.test(text)) pending = Buffer.from(data.subarray(at));
      else fault = 'a command does not begin with its number, name and length';
      return data.length;
    }
    const next = at + matched.length;
    const count = Number(length);
    if (count === 0 && end === '\n') frames.push({ txnr: Number(txnr), command, data: Buffer.alloc(0) });
    else if (count > 0 && end === ' ') {
      const kept = Math.min(count, maxBytes);
      const isWhole = data.length - next > count;
      body = {
        txnr: Number(txnr),
        command,
        length: count,
        data: isWhole && kept === count ? data.subarray(next, next + kept) : Buffer.alloc(kept),
        seen: 0,
      };
    } else fault = 'the length of a command is not that of its data';
    return next;
  }

  function readBody(data: Buffer, at: number, current: Body, frames: RelpFrame[]): number {
    const part = data.subarray(at, at + current.length - current.seen);
    // What lies whole in one chunk is a view on it already.
    if (current.data.buffer !== data.buffer) part.copy(current.data, current.seen);
    current.seen += part.length;
    const next = at + part.length;
    if (next === data.length) return next;
    if (data[next] !== lineFeed) {
      fault = 'a command does not end where its length says';
      return data.length;
    }
    const { txnr, command, length } = current;
    frames.push({
      txnr,
      command,
      data: current.data,
      ...(length > maxBytes ? { truncatedFrom: length } : {}),
    });
    body = undefined;
    return next + 1;
  }
}

/** The answer to a command; `text` is a status and, after a line feed, data. */
export const response = (txnr: number, text: string): string =>
  `${txnr} rsp ${Buffer.byteLength(text)} ${text}\n`;

/** Tells the client that the server closes the session. */
export const serverClose = '0 serverclose 0\n';
