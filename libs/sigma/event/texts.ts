import { textBetween } from '@tidewatch/event/json_bytes';

/** Letters beyond Latin-1. */
const beyond = /[^\0-\xff]/;

/** Answers whether a text has letters that take more than a byte in Latin-1. */
export const isWide = (text: string): boolean => beyond.test(text);

/** Room for what is written of an event's values: of its numbers, which JavaScript may write longer, and some more. */
const timesRoom = 6;
const moreRoom = 4_096;

/** Bytes of Latin-1, to be read one by one and four at a time. */
export class Latin1 {
  bytes: Buffer;
  view: DataView;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  protected replace(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** The texts of an event's values, where they are looked through by their bytes. */
export class Texts extends Latin1 {
  /** Where the next one is appended. */
  private used = 0;
  private event: Uint8Array = new Uint8Array();

  constructor() {
    super(Buffer.alloc(16_384));
  }

  /** Begins with an event's JSON, whose strings are to be unescaped where they stand; a zero marks its end. */
  begin(event: Uint8Array): void {
    const room = timesRoom * event.length + moreRoom;
    if (this.bytes.length < room) this.replace(Buffer.allocUnsafe(room));
    this.event = event;
    this.bytes.set(event);
    this.bytes[event.length] = 0;
    this.used = event.length + 1;
  }

  /** Appends a text, of whose wide letters this takes the lower bytes; answers where it begins. */
  append(text: string): number {
    const start = this.used;
    const end = start + text.length;
    if (end > this.bytes.length) {
      const bytes = Buffer.allocUnsafe(2 * end);
      this.bytes.copy(bytes, 0, 0, start);
      this.replace(bytes);
    }
    this.bytes.write(text, start, 'latin1');
    this.used = end;
    return start;
  }

  between(start: number, end: number): string {
    return start === end ? '' : this.bytes.toString('latin1', start, end);
  }

  /** The object between two places of the event, as JavaScript writes it. */
  objectBetween(start: number, end: number): string {
    return JSON.stringify(JSON.parse(textBetween(this.event, start, end)));
  }
}
