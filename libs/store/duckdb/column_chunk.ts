import { type DuckDBAppender, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';

export type ColumnType = 'text' | 'double' | 'bigint' | 'boolean';

const widths = { text: 16, double: 8, bigint: 8, boolean: 1 } as const;
/** Texts up to here stand in their cell (`duckdb_string_t`): length, then the bytes. Longer ones: length, four bytes, address. */
const inlined = 12;
const wrap = 2 ** 32;

/** Where bytes stand in DuckDB's memory; a 64-bit address is no number that JavaScript could hold. */
export interface Address {
  readonly low: number;
  readonly high: number;
}

/**
 * Rows as DuckDB's vectors hold them. To lay them out here takes a few writes to memory per value, where a call of the
 * library takes longer than all else that is done to it. Text cells point into bytes that were copied to DuckDB once
 * for all rows.
 */
export class ColumnChunk {
  readonly columns: readonly ColumnType[];
  readonly capacity: number;
  /** Texts that stand nowhere else. Who writes them moves `used`, and calls `reserve` before. */
  heap: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024);
  used = 0;
  private readonly starts: readonly number[];
  private readonly memory: ArrayBuffer;
  private readonly bytes: Uint8Array;
  private readonly cells: Uint32Array;
  private readonly doubles: Float64Array;
  private readonly valid: Uint32Array<ArrayBuffer>;
  /** Cells that point into the heap, which has no address yet. */
  private readonly late: number[] = [];
  private chunk: DuckDBDataChunk | undefined;

  /** @param capacity a multiple of 64, at most 2,048 */
  constructor(columns: readonly ColumnType[], capacity: number) {
    this.columns = columns;
    this.capacity = capacity;
    let size = 0;
    this.starts = columns.map((type) => {
      const start = size;
      size += widths[type] * capacity;
      return start;
    });
    this.memory = new ArrayBuffer(size);
    this.bytes = new Uint8Array(this.memory);
    this.cells = new Uint32Array(this.memory);
    this.doubles = new Float64Array(this.memory);
    this.valid = new Uint32Array((columns.length * capacity) / 32);
  }

  /** Makes room for so many more bytes of texts. */
  reserve(bytes: number): void {
    if (this.used + bytes <= this.heap.length) return;
    const larger = new Uint8Array(2 * (this.used + bytes));
    larger.set(this.heap.subarray(0, this.used));
    this.heap = larger;
  }

  /** A text from bytes that {@link hold} was given. */
  text(column: number, row: number, source: Uint8Array, start: number, length: number, at: Address): void {
    const { bytes, cells } = this;
    const cell = (this.start(column) >> 2) + row * 4;
    cells[cell] = length;
    const kept = length <= inlined ? length : 4;
    const to = cell * 4 + 4;
    for (let i = 0; i < kept; i++) bytes[to + i] = source[start + i] as number;
    if (length > inlined) this.point(cell, at, start);
    this.setValid(column, row);
  }

  /** A text from the heap. */
  heapText(column: number, row: number, start: number, length: number): void {
    if (length > inlined) this.late.push((this.start(column) >> 2) + row * 4);
    this.text(column, row, this.heap, start, length, nowhere);
  }

  /** A text that is added to the heap. */
  encode(column: number, row: number, text: string): void {
    this.reserve(3 * text.length);
    const { written } = encoder.encodeInto(text, this.heap.subarray(this.used));
    this.heapText(column, row, this.used, written);
    this.used += written;
  }

  double(column: number, row: number, value: number): void {
    this.doubles[(this.start(column) >> 3) + row] = value;
    this.setValid(column, row);
  }

  /** @param value a whole number */
  bigint(column: number, row: number, value: number): void {
    const cell = (this.start(column) >> 2) + row * 2;
    this.cells[cell] = value;
    this.cells[cell + 1] = Math.floor(value / wrap);
    this.setValid(column, row);
  }

  boolean(column: number, row: number, value: boolean): void {
    this.bytes[this.start(column) + row] = value ? 1 : 0;
    this.setValid(column, row);
  }

  setNull(column: number, row: number): void {
    const bit = column * this.capacity + row;
    this.valid[bit >> 5] = (this.valid[bit >> 5] as number) & ~(1 << (bit & 31));
    const width = widths[this.columns[column] as ColumnType];
    const start = this.start(column) + row * width;
    this.bytes.fill(0, start, start + width);
  }

  isNull(column: number, row: number): boolean {
    const bit = column * this.capacity + row;
    return ((this.valid[bit >> 5] as number) & (1 << (bit & 31))) === 0;
  }

  clearRow(row: number): void {
    for (let column = 0; column < this.columns.length; column++) this.setNull(column, row);
  }

  private point(cell: number, at: Address, offset: number): void {
    const low = at.low + offset;
    this.cells[cell + 2] = low;
    this.cells[cell + 3] = at.high + (low < wrap ? 0 : 1);
  }

  /** Copies bytes (UTF-8) to where texts may point until the rows are appended. */
  hold(bytes: Uint8Array, appender: DuckDBAppender): Address {
    this.chunk ??= DuckDBDataChunk.create(this.columns.map((_, i) => appender.columnType(i)));
    if (bytes.length <= inlined) return nowhere;
    const vector = duckdb.data_chunk_get_vector(this.chunk.chunk, this.columns.indexOf('text'));
    duckdb.vector_assign_string_element_len(vector, 0, bytes);
    const cell = duckdb.vector_get_data(vector, widths.text);
    const view = new DataView(cell.buffer, cell.byteOffset, widths.text);
    if (view.getUint32(0, true) !== bytes.length)
      throw new Error('DuckDB did not take the texts: they are no UTF-8.');
    return { low: view.getUint32(8, true), high: view.getUint32(12, true) };
  }

  /** Hands the rows over, and forgets them and what was held. */
  append(rows: number, appender: DuckDBAppender): void {
    const at = this.hold(this.heap.subarray(0, this.used), appender);
    for (const cell of this.late) this.point(cell, at, this.cells[cell + 2] as number);
    const { chunk } = this.chunk as DuckDBDataChunk;
    const { memory, valid, capacity } = this;
    duckdb.data_chunk_set_size(chunk, rows);
    for (const [i, type] of this.columns.entries()) {
      const vector = duckdb.data_chunk_get_vector(chunk, i);
      duckdb.copy_data_to_vector(vector, 0, memory, this.start(i), widths[type] * rows);
      duckdb.vector_ensure_validity_writable(vector);
      const words = capacity / 8;
      duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, i * words, Math.ceil(rows / 64) * 8);
    }
    appender.appendDataChunk(this.chunk as DuckDBDataChunk);
    this.clear();
  }

  clear(): void {
    if (this.chunk !== undefined) duckdb.data_chunk_reset(this.chunk.chunk);
    this.bytes.fill(0);
    this.valid.fill(0);
    this.used = 0;
    this.late.length = 0;
  }

  private start(column: number): number {
    return this.starts[column] as number;
  }

  private setValid(column: number, row: number): void {
    const bit = column * this.capacity + row;
    this.valid[bit >> 5] = (this.valid[bit >> 5] as number) | (1 << (bit & 31));
  }
}

const encoder = new TextEncoder();
const nowhere: Address = { low: 0, high: 0 };
