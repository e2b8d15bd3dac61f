import { parseCidr } from './address.ts';
import type { KqlField, KqlNode, KqlValue } from './ast.ts';
import { textFields } from './ast.ts';
import { type AnyOf, gather } from './gather.ts';
import { isNumeric } from './predicate.ts';
import { mayHold } from './sql_caseless.ts';
import type { SqlLayout } from './sql_layout.ts';
import type { Bind } from './sql_tests.ts';
import { fold, matchesWildcard } from './text.ts';
import { parseMoment } from './time.ts';

/** To look for many texts takes longer than to read the document. */
const most = 8;
/** Short words are in too many rows to be worth looking for; NUL and newlines and half characters may be written in another way. */
const telling = /^(?=.*\d|.{6})[^\0\n\p{Cs}]{3,}$/su;

/**
 * What must be true of the words of a plain row that fits, however its values are written, as SQL; undefined where
 * nothing need be. It is asked first, for it takes a fraction of the time that reading the document does.
 */
export function wordsNeeded(node: KqlNode | AnyOf, layout: SqlLayout, bind: Bind): string | undefined {
  const { words } = layout;
  const texts = words === undefined ? undefined : textsNeeded(node, layout);
  if (words === undefined || texts === undefined || texts.length > most) return undefined;
  return `(${texts.map((text) => mayHold(words, text, bind)).join(' OR ')})`;
}

/** One of them is in each row that fits. */
function textsNeeded(node: KqlNode | AnyOf, layout: SqlLayout): readonly string[] | undefined {
  switch (node.kind) {
    case 'and':
      return gather(node)
        .map((child) => textsNeeded(child, layout))
        .find((texts) => texts !== undefined);
    case 'or':
      return all(gather(node).map((child) => textsNeeded(child, layout)));
    case 'is':
    case 'any_of':
      if (!isInWords(node.field, layout)) return undefined;
      return all((node.kind === 'is' ? [node.value] : node.values).map(textsOf));
    default:
      return undefined;
  }
}

const all = (texts: readonly (readonly string[] | undefined)[]): readonly string[] | undefined =>
  texts.includes(undefined) ? undefined : texts.flatMap((some) => some ?? []);

/** Whether all its values are among the words, and are read from the document. */
function isInWords(field: KqlField | null, { column, paths }: SqlLayout): boolean {
  const isElsewhere = (path: string): boolean => textFields.has(path) || column(path) !== undefined;
  if (field === null) return false;
  if (typeof field === 'string') return !isElsewhere(field);
  return ![...paths()].some((path) => matchesWildcard(path, field.parts) && isElsewhere(path));
}

/** How a value that fits may be written; undefined where that may be in many ways. */
function textsOf(value: KqlValue): readonly string[] | undefined {
  if (value.type === 'regex') return undefined;
  if (value.type === 'wildcard') {
    const longest = value.parts.map(fold).reduce((a, b) => (b.length > a.length ? b : a));
    return telling.test(longest) ? [longest] : undefined;
  }
  const text = value.type === 'literal' ? value.text : value.words.join(' ');
  if (parseCidr(text) !== undefined || parseMoment(text, 0) !== undefined) return undefined;
  const texts = new Set([text, ...(isNumeric(text) ? [String(Number(text))] : [])].map(fold));
  return [...texts].every((one) => telling.test(one)) ? [...texts] : undefined;
}
