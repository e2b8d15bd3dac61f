import { z } from 'zod';
import { fieldPath } from './processor.ts';
import { fieldReader, textAt, type Work } from './work.ts';

const place = /\{([^{}]+)\}/g;

/** A text with fields in braces. */
export const templateText = z
  .string()
  .superRefine((text, context) => {
    for (const [, path] of text.matchAll(place))
      if (!fieldPath.safeParse(path).success) context.addIssue(`{${path}} is not a path of a field`);
  })
  .meta({ examples: ['{source.ip}:{source.port}'] });

/** Compiles a template: the text of an event, or undefined where it lacks one of the fields. */
export function compileTemplate(template: string): (work: Work) => string | undefined {
  const parts = template.split(/\{([^{}]+)\}/);
  const readers = parts.map((part, i) => (i % 2 === 1 ? fieldReader(part) : undefined));
  return (work) => {
    let text = '';
    for (let i = 0; i < parts.length; i++) {
      const read = readers[i];
      const part = read === undefined ? parts[i] : textAt(read, work);
      if (part === undefined) return undefined;
      text += part;
    }
    return text;
  };
}
