import { isHostileKey } from '@tidewatch/event';
import { fieldReader, type Work } from './work.ts';

/** Most headers of which is remembered what they say; a sender with more of them pays for it himself. */
const maxHeaders = 256;

const read = fieldReader('_header');

/** What is made of the header of a record's file, remembered for the next; what is made of none where there is none. */
export function byHeader<T>(make: (header: string | undefined) => T): (work: Work) => T {
  const without = make(undefined);
  const known = new Map<string, T>();
  return ({ fields }) => {
    const header = read(fields);
    if (typeof header !== 'string') return without;
    let made = known.get(header);
    if (made === undefined) {
      if (known.size >= maxHeaders) known.clear();
      made = make(header);
      known.set(header, made);
    }
    return made;
  };
}

/** What follows the last directive of that beginning, e.g. `#fields`; undefined where there is none. */
export function directiveOf(header: string | undefined, beginning: string): string | undefined {
  return header
    ?.split('\n')
    .findLast((line) => line.startsWith(beginning))
    ?.slice(beginning.length);
}

/** A column's name as a path: `id.orig_h` as it is, `cs(X-Client)` as `cs_x_client`; undefined where no name is left. */
export function columnPath(name: string): string | undefined {
  const keys = name
    .split('.')
    .map((key) => (/^\w{1,64}$/.test(key) ? key : sanitised(key)))
    .filter((key) => key !== '');
  return keys.length === 0 || keys.length > 8 || keys.some(isHostileKey) ? undefined : keys.join('.');
}

const sanitised = (key: string): string =>
  key
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '_')
    .replace(/^_|_$/g, '');
