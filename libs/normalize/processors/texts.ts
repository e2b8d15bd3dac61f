import type { Json } from '@tidewatch/event';
import { fieldReader, type Step, workWriter } from './work.ts';

/** A step that does the same to the texts of fields and to those in lists; what is no text stays. */
export function eachText(paths: readonly string[], change: (text: string) => string): Step {
  const fields = paths.map((path) => ({ read: fieldReader(path), write: workWriter(path) }));
  const changed = (value: Json): Json => (typeof value === 'string' ? change(value) : value);
  return (work) => {
    for (const { read, write } of fields) {
      const value = read(work.fields);
      if (typeof value === 'string') write(work, change(value));
      else if (Array.isArray(value)) write(work, value.map(changed));
    }
    return undefined;
  };
}
