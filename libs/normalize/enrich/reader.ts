import type { Json } from '@tidewatch/event';

/** What takes the text of one file or answer. Both throw a sentence for people where it can't be read at all. */
export interface Reader {
  push(text: string): void;
  end(): void;
}

/** What came of a source's entries. */
export interface Tally {
  added: number;
  unfit: number;
  expired: number;
}

/** Takes a JSON document in pieces. */
export function wholeReader(take: (document: Json) => void): Reader {
  const pieces: string[] = [];
  return {
    push(text) {
      pieces.push(text);
    },
    end: () => take(JSON.parse(pieces.join('')) as Json),
  };
}
