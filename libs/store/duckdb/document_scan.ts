import {
  afterArray,
  afterBlank,
  backslash,
  closeArray,
  closeObject,
  closingQuote,
  colon,
  comma,
  dot,
  newline,
  nine,
  openArray,
  openObject,
  plainValue,
  quote,
  space,
  stringBetween,
  unusual,
  writeUnescaped,
  zero,
} from '@tidewatch/event/json_bytes';
import { memberText } from '@tidewatch/query';
import { keyBytes, writeAddressKey } from './address_bytes.ts';
import type { Address, ColumnChunk } from './column_chunk.ts';
import { DocumentPaths, type Path, type Place, type Target } from './document_paths.ts';
import { WordLines } from './word_lines.ts';

/** Documents that nest deeper are refused. */
const maxDepth = 500;

/** Takes documents apart as `promote` does, but from their bytes: objects and strings would cost more than all the rest. */
export class DocumentScanner {
  readonly paths: DocumentPaths;
  /** Whether queries must walk the document that was scanned last. */
  nested = false;
  private readonly chunk: ColumnChunk;
  private readonly words: WordLines;
  private readonly wordsColumn: number;
  /** Strings that the columns have in another form than JSON. */
  private escapes: Place[] = [];
  private addresses: Place[] = [];
  private bytes: Uint8Array = new Uint8Array();
  private from: Address = { low: 0, high: 0 };
  private row = 0;
  private afterKey = 0;
  private size = 0;
  private documents = 0;
  /** The document that each column had its last value of; negative where it had several. */
  private readonly filled: number[];

  constructor(chunk: ColumnChunk, targets: readonly Target[], wordsColumn: number) {
    this.chunk = chunk;
    this.words = new WordLines(chunk);
    this.wordsColumn = wordsColumn;
    this.paths = new DocumentPaths(targets);
    this.filled = Array(chunk.columns.length).fill(0);
  }

  /**
   * Fills the columns of a row from the document between `start` and `end`. False, and the row empty, where that is no
   * document, or one to be written anew.
   *
   * @param from where `bytes` were held
   */
  scan(bytes: Uint8Array, start: number, end: number, from: Address, row: number, keyed = true): boolean {
    const { chunk } = this;
    const words = chunk.used;
    this.bytes = bytes;
    this.from = from;
    this.row = row;
    this.nested = !keyed;
    if (this.escapes.length > 0) this.escapes = [];
    if (this.addresses.length > 0) this.addresses = [];
    this.documents++;
    this.size = 4 * (end - start) + 64; // A digit of an array takes two bytes, and seven with its key among the words.
    chunk.reserve(this.size);
    this.words.open(keyed);
    const isDocument = this.isDocument(start, end);
    if (!isDocument || this.words.hasMark) {
      chunk.used = words;
      chunk.clearRow(row);
      return isDocument && this.scan(bytes, start, end, from, row, false);
    }
    chunk.heapText(this.wordsColumn, row, words, chunk.used - words);
    for (const place of this.escapes) this.decodedText(place);
    for (const { target, start, end } of this.addresses) this.addressKey(target, bytes, start, end);
    return true;
  }

  private decodedText({ target, start, end }: Place): void {
    const { bytes, chunk, row } = this;
    if (!this.isAlone(target)) return;
    const from = chunk.used;
    chunk.reserve(end - start);
    const used = writeUnescaped(bytes, start, end, chunk.heap, from);
    if (used === undefined) chunk.encode(target.column, row, stringBetween(bytes, start, end));
    else {
      chunk.heapText(target.column, row, from, used - from);
      chunk.used = used;
    }
    this.addressKey(target, chunk.heap, from, chunk.used);
  }

  private addressKey(target: Target, bytes: Uint8Array, start: number, end: number): void {
    const { chunk } = this;
    if (target.keyColumn === undefined || !this.isAlone(target)) return;
    chunk.reserve(keyBytes);
    if (!writeAddressKey(bytes, start, end, chunk.heap, chunk.used)) return;
    chunk.heapText(target.keyColumn, this.row, chunk.used, keyBytes);
    chunk.used += keyBytes;
  }

  private isDocument(start: number, end: number): boolean {
    this.paths.makeRoom();
    try {
      return this.bytes[start] === openObject && this.object(start + 1, this.paths.root, 0) === end;
    } catch (error) {
      if (error === unusual || error instanceof SyntaxError) return false;
      throw error;
    }
  }

  /** Each of these takes the place where something begins, and answers where the next begins. */
  private object(start: number, at: Path, depth: number): number {
    const { bytes } = this;
    let place = afterBlank(bytes, start);
    if (bytes[place] === closeObject) return place + 1;
    if (depth > maxDepth) throw unusual;
    let last: Path | undefined;
    for (;;) {
      if (bytes[place] !== quote) throw unusual;
      last = this.key(place + 1, at, last);
      place = afterBlank(bytes, this.afterKey);
      if (bytes[place] !== colon) throw unusual;
      place = afterBlank(bytes, this.value(afterBlank(bytes, place + 1), last, depth));
      if (bytes[place] === closeObject) return place + 1;
      if (bytes[place] !== comma) throw unusual;
      place = afterBlank(bytes, place + 1);
    }
  }

  private key(start: number, parent: Path, last: Path | undefined): Path {
    const { bytes, paths } = this;
    const known = paths.expected(bytes, start, parent, last);
    const end = known === undefined ? closingQuote(bytes, start) : start + known.key.length;
    this.afterKey = end + 1;
    return known ?? paths.below(parent, last, bytes, start, end);
  }

  private value(start: number, at: Path, depth: number): number {
    const first = this.bytes[start];
    if (first === openObject) {
      this.misfit(at);
      return this.object(start + 1, at, depth + 1);
    }
    this.paths.tell(at);
    if (first === quote) return this.text(start + 1, at, at.note.inWords);
    return first === openArray ? this.array(start + 1, at, depth + 1) : this.plain(start, at);
  }

  private array(start: number, at: Path, depth: number): number {
    const { bytes } = this;
    let place = afterBlank(bytes, start);
    if (bytes[place] === closeArray) return place + 1;
    for (;;) {
      const first = bytes[place];
      if (first === quote) place = this.text(place + 1, at, true);
      else if (first === openObject || first === openArray) {
        this.nested = true;
        this.misfit(at);
        place = first === openObject ? this.object(place + 1, at, depth + 1) : afterArray(bytes, place);
      } else place = this.plain(place, at);
      place = afterBlank(bytes, place);
      if (bytes[place] === closeArray) return place + 1;
      if (bytes[place] !== comma) throw unusual;
      place = afterBlank(bytes, place + 1);
    }
  }

  /** A string, from behind its quote. */
  private text(start: number, at: Path, inWords: boolean): number {
    const { bytes, chunk } = this;
    const { heap } = chunk;
    let place = start;
    const before = chunk.used;
    if (inWords) this.words.begin(at.note.wordKey, 'text');
    let used = chunk.used;
    for (let byte = bytes[place] as number; byte !== quote; byte = bytes[++place] as number) {
      if (byte === backslash) {
        chunk.used = before;
        return this.escaped(start, at, inWords);
      }
      // The end of the bytes is not, either.
      if (!(byte >= space)) throw unusual;
      heap[used++] = byte;
    }
    if (inWords) {
      heap[used++] = newline;
      chunk.used = used;
    }
    const { target } = at.note;
    if (target !== undefined && this.fits(target, 'text')) {
      chunk.text(target.column, this.row, bytes, start, place - start, this.from);
      if (target.keyColumn !== undefined) this.addresses.push({ target, start, end: place });
    }
    return place + 1;
  }

  private escaped(start: number, at: Path, inWords: boolean): number {
    const { bytes, chunk, words } = this;
    const end = closingQuote(bytes, start);
    if (inWords) words.begin(at.note.wordKey, 'text');
    const from = chunk.used;
    const used = writeUnescaped(bytes, start, end, chunk.heap, from);
    if (used === undefined) {
      const text = stringBetween(bytes, start, end);
      if (inWords) words.add(text, this.size);
    } else if (inWords) {
      chunk.heap[used] = newline;
      chunk.used = used + 1;
    }
    if (inWords) words.keepInLine(from);
    const { target } = at.note;
    if (target !== undefined && this.fits(target, 'text')) this.escapes.push({ target, start, end });
    return end + 1;
  }

  /** A number or literal. */
  private plain(start: number, at: Path): number {
    const { bytes, chunk } = this;
    let place = start;
    let value = 0;
    for (let byte = bytes[place] as number; byte >= zero && byte <= nine; byte = bytes[++place] as number)
      value = value * 10 + byte - zero;
    const digits = place - start;
    const next = bytes[place] as number;
    const isWhole = digits > 0 && digits <= 15 && next !== dot && (next | space) !== 101;
    if (!isWhole || (bytes[start] === zero && digits > 1)) return this.other(start, at);
    this.words.begin(at.note.wordKey, 'whole');
    for (let i = start; i < place; i++) chunk.heap[chunk.used++] = bytes[i] as number;
    chunk.heap[chunk.used++] = newline;
    this.number(at, value);
    return place;
  }

  /** A number that is no short whole one, or a literal. */
  private other(start: number, at: Path): number {
    const { value, length } = plainValue(this.bytes, start);
    if (value === null) {
      if (at.note.target !== undefined) this.isFirst(at.note.target);
    } else {
      const text = String(value);
      const kind = memberText(value) !== undefined && text.length === length ? 'whole' : 'number';
      this.words.begin(at.note.wordKey, kind);
      this.words.add(text, this.size);
      if (typeof value === 'number') this.number(at, value);
      else this.misfit(at);
    }
    return start + length;
  }

  private number({ note: { target } }: Path, value: number): void {
    if (target !== undefined && this.fits(target, 'number'))
      this.chunk.double(target.column, this.row, value);
  }

  /** Whether a value may stand in its column: it is of its type, and the only one. */
  private fits(target: Target, type: Target['type']): boolean {
    if (!this.isFirst(target)) return false;
    if (target.type === type) return true;
    this.nested = true;
    return false;
  }

  private misfit({ note: { target } }: Path): void {
    if (target === undefined) return;
    this.isFirst(target);
    this.nested = true;
  }

  /** Notes one more value of a column, and answers whether it is the first. */
  private isFirst({ column }: Target): boolean {
    const isFirst = Math.abs(this.filled[column] as number) !== this.documents;
    this.filled[column] = isFirst ? this.documents : -this.documents;
    if (isFirst) return true;
    this.nested = true;
    this.chunk.setNull(column, this.row);
    return false;
  }

  private isAlone({ column }: Target): boolean {
    return this.filled[column] === this.documents;
  }
}
