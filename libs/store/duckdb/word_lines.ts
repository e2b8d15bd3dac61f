import { newline } from '@tidewatch/event/json_bytes';
import { innerNewline, isWordMark, unkeyedWords, wordKinds } from '@tidewatch/query';
import type { ColumnChunk } from './column_chunk.ts';

/** The words of a row, line by line, in the chunk's heap (`word_keys.ts` of `query`). */
export class WordLines {
  /** A value has what can't be told from a key. */
  hasMark = false;
  private readonly chunk: ColumnChunk;
  private keyed = true;

  constructor(chunk: ColumnChunk) {
    this.chunk = chunk;
  }

  /** @param keyed whether lines say whose their values are; a row that has marks can't */
  open(keyed: boolean): void {
    this.keyed = keyed;
    this.hasMark = false;
    if (!keyed) for (const byte of unkeyed) this.chunk.heap[this.chunk.used++] = byte;
  }

  /** @param key empty where a column says whose the value is */
  begin(key: Uint8Array, kind: keyof typeof wordKinds): void {
    const { chunk } = this;
    if (key.length === 0 || !this.keyed) return;
    for (let i = 0; i < key.length; i++) chunk.heap[chunk.used++] = key[i] as number;
    chunk.heap[chunk.used++] = kinds[kind];
  }

  /**
   * Adds a text and ends its line.
   *
   * @param after bytes that the rest of the document may take
   */
  add(text: string, after: number): void {
    const { chunk } = this;
    // Its own room was reserved only where it takes no more than in JSON.
    chunk.reserve(3 * text.length + 1 + after);
    chunk.used += encoder.encodeInto(text, chunk.heap.subarray(chunk.used)).written;
    chunk.heap[chunk.used++] = newline;
  }

  /** Puts newlines aside in the line since `from`, but for its last. */
  keepInLine(from: number): void {
    if (!this.keyed) return;
    const { heap, used } = this.chunk;
    for (let i = from; i < used - 1; i++) {
      const byte = heap[i] as number;
      if (byte === newline) heap[i] = inner;
      else if (isWordMark(byte)) this.hasMark = true;
    }
  }
}

const encoder = new TextEncoder();
const unkeyed = encoder.encode(unkeyedWords);
const inner = innerNewline.charCodeAt(0);
const kinds = {
  text: wordKinds.text.charCodeAt(0),
  whole: wordKinds.whole.charCodeAt(0),
  number: wordKinds.number.charCodeAt(0),
};
