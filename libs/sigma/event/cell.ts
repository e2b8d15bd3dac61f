import type { Json } from '@tidewatch/event';
import { fold } from '../fold.ts';
import type { Texts } from './texts.ts';

/** Kinds of JSON's values; a wrapped one is an object whose text is its member `#text`. */
export const kind = { null: 0, false: 1, true: 2, number: 3, text: 4, object: 5, wrapped: 6 } as const;

/** One value of a field of an event. Cells are reused from event to event; what they say is made when it is asked for. */
export class Cell {
  kind = 0;
  /** Where the text is among {@link texts}; of a {@link wide} one, the lower bytes of its letters; objects, in the event. */
  start = 0;
  end = 0;
  /** The text where it has letters beyond Latin-1. */
  wide: string | null = null;
  readonly texts: Texts;
  private where = '';
  private key = '';
  private asText: string | null = null;
  private asFolded: string | null = null;

  constructor(texts: Texts) {
    this.texts = texts;
  }

  /** The path comes in two parts, since joining them is only for what is shown. */
  set(kind: number, start: number, end: number, wide: string | null, where: string, key: string): void {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.wide = wide;
    this.where = where;
    this.key = key;
    this.asText = wide;
    this.asFolded = null;
  }

  copy(other: Cell): void {
    this.set(other.kind, other.start, other.end, other.wide, other.where, other.key);
  }

  /** Dotted path in the event. */
  get path(): string {
    return this.where + this.key;
  }

  get isNull(): boolean {
    return this.kind === kind.null;
  }

  get value(): Json {
    switch (this.kind) {
      case kind.null:
        return null;
      case kind.true:
      case kind.false:
        return this.kind === kind.true;
      case kind.number:
        return Number(this.text);
      case kind.text:
        return this.text;
      default:
        return JSON.parse(this.text) as Json;
    }
  }

  /** Strings as they are, numbers and booleans as JSON writes them, objects as JSON; null is the empty text. */
  get text(): string {
    this.asText ??=
      this.kind === kind.object
        ? this.texts.objectBetween(this.start, this.end)
        : this.texts.between(this.start, this.end);
    return this.asText;
  }

  /** The text in folded case, made once per event. */
  get folded(): string {
    this.asFolded ??= fold(this.text);
    return this.asFolded;
  }
}
