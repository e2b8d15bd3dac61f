/** How lines are made of values. */
export interface DelimitedOptions {
  /** One character. */
  readonly delimiter: string;
  /** Lines that begin so are passed over; undefined: none. */
  readonly comment?: string | undefined;
}

/** Characters of the longest record; a longer one is no record, such as after a quotation mark that nobody closed. */
const maxRecord = 1_048_576;

/**
 * Reads values that are separated by a character, with quotation marks as RFC 4180 has them, in pieces as they come.
 * Lines end with LF or CRLF; empty ones are passed over.
 *
 * @param onRow called with each record
 * @param onUnfit called for each line that begins a record which has no end
 */
export class DelimitedReader {
  readonly #options: DelimitedOptions;
  readonly #onRow: (values: string[]) => void;
  readonly #onUnfit: () => void;
  #rest = '';

  constructor(options: DelimitedOptions, onRow: (values: string[]) => void, onUnfit: () => void) {
    this.#options = options;
    this.#onRow = onRow;
    this.#onUnfit = onUnfit;
  }

  push(text: string): void {
    const all = this.#rest + text;
    const end = this.#read(all, false);
    this.#rest = all.slice(end);
    // What has no end within the limit is given up with its first line.
    while (this.#rest.length > maxRecord) {
      this.#onUnfit();
      const line = this.#rest.indexOf('\n');
      const left = line === -1 ? '' : this.#rest.slice(line + 1);
      this.#rest = left.slice(this.#read(left, false));
    }
  }

  end(): void {
    let left = this.#rest;
    this.#rest = '';
    for (let at = this.#read(left, true); at < left.length; at = this.#read(left, true)) {
      this.#onUnfit();
      const line = left.indexOf('\n', at);
      left = line === -1 ? '' : left.slice(line + 1);
    }
  }

  /** Reads all records that end in the text; answers where the first that doesn't begins. */
  #read(text: string, isLast: boolean): number {
    const { comment } = this.#options;
    let at = 0;
    while (at < text.length) {
      let end = text.indexOf('\n', at);
      if (end === -1) {
        if (!isLast) return at;
        end = text.length;
      }
      const line = text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
      if (line.length > maxRecord) this.#onUnfit();
      else if (line !== '' && (comment === undefined || !line.startsWith(comment))) {
        if (line.includes('"')) {
          const next = this.#readQuoted(text, at, isLast);
          if (next === undefined) return at;
          end = next - 1;
        } else this.#onRow(line.split(this.#options.delimiter));
      }
      at = end + 1;
    }
    return text.length;
  }

  /** Reads a record with quotation marks; answers where the next begins, undefined where it has no end in the text. */
  #readQuoted(text: string, from: number, isLast: boolean): number | undefined {
    const { delimiter } = this.#options;
    const values: string[] = [];
    let at = from;
    for (;;) {
      let value = '';
      if (text[at] === '"') {
        for (at++; ; at += 2) {
          const close = text.indexOf('"', at);
          if (close === -1 || close - from > maxRecord) return undefined;
          value += text.slice(at, close);
          at = close;
          if (text[close + 1] !== '"') break;
          value += '"';
        }
        at++;
      }
      // What stands behind the closing mark, or is not quoted at all, is taken as it is.
      let end = at;
      while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
      if (end === text.length && !isLast) return undefined;
      const isOver = text[end] !== delimiter;
      value += text.slice(at, isOver && text[end - 1] === '\r' && end > at ? end - 1 : end);
      values.push(value);
      at = end + 1;
      if (isOver) break;
    }
    this.#onRow(values);
    return at;
  }
}
