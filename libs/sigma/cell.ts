import type { Json } from '@tidewatch/event';
import { fold } from './fold.ts';

/** One value of a field of an event. Cells are reused from event to event. */
export class Cell {
  value: Json = null;
  private where = '';
  private key = '';
  private asText: string | null = null;
  private asFolded: string | null = null;

  /** The path comes in two parts, since joining them is only for what is shown. */
  set(value: Json, where: string, key: string): void {
    this.value = value;
    this.where = where;
    this.key = key;
    this.asText = null;
    this.asFolded = null;
  }

  /** Dotted path in the event. */
  get path(): string {
    return this.where + this.key;
  }

  /** Strings as they are, numbers and booleans as JSON writes them, objects as JSON; null is the empty text. */
  get text(): string {
    if (this.asText === null) {
      const { value } = this;
      this.asText =
        typeof value === 'string'
          ? value
          : value === null
            ? ''
            : typeof value === 'object'
              ? JSON.stringify(value)
              : String(value);
    }
    return this.asText;
  }

  /** The text in folded case, made once per event. */
  get folded(): string {
    this.asFolded ??= fold(this.text);
    return this.asFolded;
  }
}
