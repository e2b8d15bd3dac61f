import { fieldReader, type Work } from './work.ts';

const maxLength = 1_024;

/** The values of fields as one text; undefined where one is missing, or where they are longer than keys may be. */
export function presentKey(fields: readonly string[]): (work: Work) => string | undefined {
  const readers = fields.map((path) => fieldReader(path));
  return (work) => {
    let key = '';
    for (const read of readers) {
      const value = read(work.fields);
      if (value === undefined || value === null || value === '') return undefined;
      key += `${typeof value === 'string' ? value : JSON.stringify(value)}\n`;
    }
    return key.length > maxLength ? undefined : key;
  };
}
