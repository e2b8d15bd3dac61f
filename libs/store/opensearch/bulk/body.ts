import type { PendingWrite } from './pending.ts';

/** One document of a request: whose it is, and the bytes of its two lines in the body. */
export interface BulkItem {
  readonly write: PendingWrite;
  /** Place in the batch of its write. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

const newline = 10;
/** What ends a line of operation after the id. */
const close = '"}}\n';
/** Ids as Tidewatch makes them need no escaping. */
const plainId = /^[\w-]+$/;

/** An id as it stands between the quotes of a JSON string. */
export const idText = (id: string): string => (plainId.test(id) ? id : JSON.stringify(id).slice(1, -1));

/** NDJSON of `create` operations, built as bytes in one buffer. */
export class BulkBody {
  readonly buffer: Buffer;
  /** Begins in the middle of a write: its first part was sent already. */
  readonly continues: boolean;
  readonly items: BulkItem[] = [];
  /** When the first document came, milliseconds of `performance.now`. */
  readonly since = performance.now();
  #end = 0;

  constructor(buffer: Buffer, continues = false) {
    this.buffer = buffer;
    this.continues = continues;
  }

  get length(): number {
    return this.#end;
  }

  /** The lines so far; shares memory with the buffer. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.#end);
  }

  /**
   * Adds a document, unless it doesn't fit.
   *
   * @param operation the line of operation up to its id's first character, from {@link operationLine}
   * @param id from {@link idText}
   * @param document one line of JSON
   */
  add(operation: Uint8Array, id: string, document: Uint8Array, write: PendingWrite, index: number): boolean {
    const { buffer } = this;
    const start = this.#end;
    if (start + bytesNeeded(operation, id, document) > buffer.length) return false;
    buffer.set(operation, start);
    let at = start + operation.length;
    at += buffer.write(id + close, at);
    buffer.set(document, at);
    at += document.length;
    buffer[at] = newline;
    this.#end = at + 1;
    this.items.push({ write, index, start, end: this.#end });
    return true;
  }

  /** The index that a document goes to. */
  indexOf({ start, end }: BulkItem): string {
    const line = this.buffer.toString('latin1', start, Math.min(end, start + longestIndexLine));
    return line.slice(operationStart.length).split('"', 1)[0] ?? '';
  }

  /** A body of its own with some of the documents. */
  only(items: readonly BulkItem[]): BulkBody {
    const part = new BulkBody(
      Buffer.allocUnsafeSlow(items.reduce((sum, { start, end }) => sum + end - start, 0)),
    );
    for (const { write, index, start, end } of items) {
      part.buffer.set(this.buffer.subarray(start, end), part.#end);
      part.items.push({ write, index, start: part.#end, end: part.#end + end - start });
      part.#end += end - start;
    }
    return part;
  }
}

const operationStart = '{"create":{"_index":"';
/** Names of indices have at most 255 bytes, and need no escaping. */
const longestIndexLine = operationStart.length + 256;

/** The line of operation for an index, up to the id. */
export const operationLine = (index: string): Uint8Array => Buffer.from(`${operationStart}${index}","_id":"`);

/** Most bytes that a document takes in a body. */
export const bytesNeeded = (operation: Uint8Array, id: string, document: Uint8Array): number =>
  operation.length + id.length * 3 + close.length + document.length + 1;
