import {
  afterBlank,
  areOrdinary,
  backslash,
  closeArray,
  closeObject,
  closingQuote,
  colon,
  comma,
  dot,
  escapes,
  isOrdinary,
  jsonText,
  nine,
  openArray,
  openObject,
  plainValue,
  quote,
  space,
  unusual,
  zero,
} from '@tidewatch/event/json_bytes';
import { JsonPaths } from '@tidewatch/event/json_paths';
import { kind } from './cell.ts';
import { type EventPath, type Mark, marks, noteOn, type PathNote } from './path_note.ts';
import { isWide, Texts } from './texts.ts';

/** Documents that nest deeper are not read; ingest refuses them long before. */
const maxDepth = 500;
/** Of a longer number, JavaScript may write other digits. */
const exactDigits = 15;

/**
 * The values of one event, in its order, read from the bytes of its JSON: making objects and strings of them costs more
 * than running all rules. The members of an array stand side by side under the array's path, an object stands before
 * its members.
 */
export class EventDocument {
  readonly texts = new Texts();
  /** How many values there are; each of these arrays has them by number. */
  count = 0;
  readonly paths: EventPath[] = [];
  kinds = new Uint8Array(256);
  /** Where their texts are in {@link texts}; objects, where they are in the event. */
  starts = new Int32Array(256);
  ends = new Int32Array(256);
  /** Texts with letters beyond Latin-1. */
  readonly wide = new Map<number, string>();
  /** What the paths that were met say of the event's form, as bits. */
  forms = 0;
  /** The texts at marked paths, by mark; negative where there is none. */
  readonly marked = new Int32Array(marks.length);
  private event: Uint8Array = new Uint8Array();
  private readonly known = new JsonPaths<PathNote>(noteOn);
  private objects = 0;
  private afterKey = 0;

  /** False, and empty, where it is no JSON object, nests too deep, or has a name twice in one object. */
  read(event: Uint8Array): boolean {
    this.event = event;
    this.count = 0;
    this.forms = 0;
    this.texts.begin(event);
    this.marked.fill(-1);
    if (this.wide.size > 0) this.wide.clear();
    this.known.makeRoom();
    if (this.isDocument(event.length)) return true;
    this.count = 0;
    this.forms = 0;
    return false;
  }

  /** The text of a value that is no object. */
  textOf(number: number): string {
    return (
      this.wide.get(number) ?? this.texts.between(this.starts[number] as number, this.ends[number] as number)
    );
  }

  /** Numbers of the values that are no objects, up to so many; what declares a namespace of XML is none of them. */
  plainValues(limit: number): number[] {
    const numbers: number[] = [];
    for (let i = 0; i < this.count && numbers.length < limit; i++)
      if ((this.kinds[i] as number) < kind.object && !(this.paths[i] as EventPath).keys.includes('xmlns', 1))
        numbers.push(i);
    return numbers;
  }

  /** The texts at a marked path, of which {@link textAt} gives the last. */
  textsAt(mark: Mark): string[] {
    const last = this.marked[marks.indexOf(mark)] as number;
    const numbers = Array.from({ length: last + 1 }, (_, number) => number);
    return numbers.flatMap((number) =>
      this.paths[number]?.note.mark === marks.indexOf(mark) ? this.textOf(number) : [],
    );
  }

  /** The text at a marked path; empty where there is none. */
  textAt(mark: Mark): string {
    const number = this.marked[marks.indexOf(mark)] as number;
    return number < 0 ? '' : this.textOf(number);
  }

  private isDocument(length: number): boolean {
    const { bytes } = this.texts;
    try {
      const start = afterBlank(bytes, 0);
      if (bytes[start] !== openObject) return false;
      let end = this.object(start + 1, this.known.root, -1, 0);
      while (blanks.has(bytes[end] as number)) end++;
      return end === length;
    } catch (error) {
      if (error === unusual || error instanceof SyntaxError) return false;
      throw error;
    }
  }

  /**
   * Each of these takes the place where something begins, and answers where the next begins.
   *
   * @param number of the object among the values; negative for the event itself
   */
  private object(start: number, at: EventPath, number: number, depth: number): number {
    const { bytes } = this.texts;
    const met = ++this.objects;
    let place = afterBlank(bytes, start);
    if (bytes[place] === closeObject) return place + 1;
    let last: EventPath | undefined;
    for (;;) {
      if (bytes[place] !== quote) throw unusual;
      last = this.key(place + 1, at, last);
      const { note } = last;
      if (note.metIn === met) throw unusual;
      note.metIn = met;
      if (note.isText && number >= 0) this.kinds[number] = kind.wrapped;
      place = afterBlank(bytes, this.afterKey);
      if (bytes[place] !== colon) throw unusual;
      place = afterBlank(bytes, this.value(afterBlank(bytes, place + 1), last, depth));
      if (bytes[place] === closeObject) return place + 1;
      if (bytes[place] !== comma) throw unusual;
      place = afterBlank(bytes, place + 1);
    }
  }

  private key(start: number, parent: EventPath, last: EventPath | undefined): EventPath {
    const { known } = this;
    const { bytes } = this.texts;
    const path = known.expected(bytes, start, parent, last);
    const end = path === undefined ? closingQuote(this.event, start) : start + path.key.length;
    this.afterKey = end + 1;
    return path ?? known.below(parent, last, bytes, start, end);
  }

  private value(start: number, at: EventPath, depth: number): number {
    this.forms |= at.note.ofAny;
    switch (this.texts.bytes[start]) {
      case quote:
        return this.text(start + 1, at);
      case openObject:
        return this.inner(start, at, depth);
      case openArray:
        return this.array(start + 1, at, depth + 1);
      default:
        return this.plain(start, at);
    }
  }

  private inner(start: number, at: EventPath, depth: number): number {
    if (depth > maxDepth) throw unusual;
    this.forms |= at.note.ofObject;
    const number = this.add(at, kind.object, start, start);
    const end = this.object(start + 1, at, number, depth + 1);
    this.ends[number] = end;
    return end;
  }

  private array(start: number, at: EventPath, depth: number): number {
    const { bytes } = this.texts;
    if (depth > maxDepth) throw unusual;
    let place = afterBlank(bytes, start);
    if (bytes[place] === closeArray) return place + 1;
    for (;;) {
      place = afterBlank(bytes, this.value(place, at, depth));
      if (bytes[place] === closeArray) return place + 1;
      if (bytes[place] !== comma) throw unusual;
      place = afterBlank(bytes, place + 1);
    }
  }

  /** A string, from behind its quote. */
  private text(start: number, at: EventPath): number {
    const { bytes, view } = this.texts;
    let place = start;
    while (areOrdinary(view.getInt32(place))) place += 4;
    while (isOrdinary[bytes[place] as number] === 1) place++;
    if (bytes[place] !== quote) return this.unescape(start, place, at);
    this.forms |= at.note.ofText;
    this.add(at, kind.text, start, place);
    return place + 1;
  }

  /** Writes a string anew where it stands; from `first` on it is not ordinary. */
  private unescape(start: number, first: number, at: EventPath): number {
    const { bytes, view } = this.texts;
    let place = first;
    let used = first;
    for (;;) {
      for (let four = view.getInt32(place); areOrdinary(four); four = view.getInt32(place)) {
        view.setInt32(used, four);
        place += 4;
        used += 4;
      }
      let byte = bytes[place++] as number;
      if (byte === quote) break;
      if (byte === backslash) {
        byte = escapes[bytes[place++] as number] as number;
        if (byte === 0) return this.otherText(start, at);
        // What is left: letters of several bytes, what may not stand in a string, the end of the event.
      } else if (isOrdinary[byte] === 0) return this.otherText(start, at);
      bytes[used++] = byte;
    }
    this.forms |= at.note.ofText;
    this.add(at, kind.text, start, used);
    return place;
  }

  private otherText(start: number, at: EventPath): number {
    const end = closingQuote(this.event, start);
    const text = jsonText(this.event, start, end);
    this.forms |= at.note.ofText;
    // In bytes it has no fewer letters.
    this.texts.bytes.write(text, start, 'latin1');
    const number = this.add(at, kind.text, start, start + text.length);
    if (isWide(text)) this.wide.set(number, text);
    return end + 1;
  }

  /** A number or literal. */
  private plain(start: number, at: EventPath): number {
    const { bytes } = this.texts;
    let place = start;
    while ((bytes[place] as number) >= zero && (bytes[place] as number) <= nine) place++;
    const digits = place - start;
    const next = bytes[place] as number;
    const isWhole = digits > 0 && digits <= exactDigits && next !== dot && (next | space) !== 101;
    if (!isWhole || (bytes[start] === zero && digits > 1)) return this.other(start, at);
    this.add(at, kind.number, start, place);
    return place;
  }

  private other(start: number, at: EventPath): number {
    const { value, length } = plainValue(this.event, start);
    const { texts } = this;
    const text = value === null ? '' : String(value);
    const from = texts.append(text);
    const is =
      value === null ? kind.null : value === true ? kind.true : value === false ? kind.false : kind.number;
    this.add(at, is, from, from + text.length);
    return start + length;
  }

  private add(path: EventPath, is: number, start: number, end: number): number {
    const number = this.count++;
    if (number === this.kinds.length) this.grow();
    this.paths[number] = path;
    this.kinds[number] = is;
    this.starts[number] = start;
    this.ends[number] = end;
    const { mark } = path.note;
    if (mark >= 0 && is === kind.text) this.marked[mark] = number;
    return number;
  }

  private grow(): void {
    const { kinds, starts, ends } = this;
    this.kinds = new Uint8Array(2 * kinds.length);
    this.starts = new Int32Array(2 * starts.length);
    this.ends = new Int32Array(2 * ends.length);
    this.kinds.set(kinds);
    this.starts.set(starts);
    this.ends.set(ends);
  }
}

const blanks = new Set([9, 10, 13, space]);
