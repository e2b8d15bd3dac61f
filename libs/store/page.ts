import { errors } from './errors.ts';

/** A page ends early with the event that brings its documents to so many characters, and the next goes on after it. */
export const pageCharacters = 2 * 1024 ** 2;

/** So many of these, at least one, make a page of at most `limit`. */
export function fitting(lengths: Iterable<number>, limit: number): number {
  let [count, characters] = [0, 0];
  for (const length of lengths) {
    if (count >= limit || characters >= pageCharacters) break;
    characters += length;
    count++;
  }
  return count;
}

/** A document of JSON without newlines, which within texts are escaped. */
export const onOneLine = (json: string): string =>
  json.includes('\n') ? json.replaceAll(/[\r\n]+/g, ' ') : json;

/** What a page token holds: the sort key of the page's last item. */
export type PageKey = readonly (string | number)[];

export const encodeToken = (key: PageKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * @param shape the types of the key's parts, in order
 * @throws PAGE_TOKEN_INVALID
 */
export function decodeToken(token: string, shape: readonly ('string' | 'number')[]): PageKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === shape.length && key.every((part, i) => typeof part === shape[i]))
      return key;
  } catch {
    // What is no JSON is no token either.
  }
  throw errors.PAGE_TOKEN_INVALID();
}
