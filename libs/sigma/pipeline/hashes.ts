import { Rejection } from '../errors.ts';
import { type Pattern, parseText } from '../pattern.ts';
import type { Item, ItemValue, Selection } from '../rule.ts';
import type { Options } from './options.ts';
import { plainName } from './run.ts';
import { shownText, textsOf } from './texts.ts';

/** Digits of a hash by its algorithm. */
const lengths: Readonly<Record<number, string>> = { 32: 'MD5', 40: 'SHA1', 64: 'SHA256', 128: 'SHA512' };

/**
 * Splits a field such as Sysmon's `Hashes` into one field for each algorithm: `SHA1=…` under `Hashes` becomes `…` under
 * `FileSHA1`. Values whose algorithm is not among the valid ones stay where they are.
 */
export function hashesFields(options: Options): (item: Item) => Selection {
  const valid = options.texts('valid_hash_algos');
  if (valid === null) throw new Rejection('missing_attribute', { name: 'valid_hash_algos' }, options.path);
  const algorithms = new Set(valid.map((each) => each.toUpperCase()));
  const prefix = plainName(options.text('field_prefix', ''));
  const drops = options.flag('drop_algo_prefix');
  if (drops && prefix === '') throw options.wrong('field_prefix', 'without it the fields have no name');

  return (item) => {
    const fields = new Map<string | null, ItemValue[]>();
    for (const value of item.values) {
      const { algorithm, pattern } = read(value.pattern);
      const known = algorithms.has(algorithm);
      const field = known ? `${prefix}${drops ? '' : algorithm}` : item.field;
      fields.set(field, [...(fields.get(field) ?? []), known ? { ...value, pattern } : value]);
    }
    if (fields.size === 1 && fields.has(item.field)) return item;
    const of = [...fields].map(([field, values]): Item => ({ ...item, field, values }));
    if (of.length === 1) return of[0] as Item;
    return { kind: item.quantifier === 'all' ? 'and' : 'or', of };
  };
}

/** The algorithm that a value names before `=` or `|`, or that its length tells. */
function read(pattern: Pattern): { algorithm: string; pattern: Pattern } {
  const [tokens] = textsOf(pattern);
  if (pattern.kind !== 'text' || tokens === undefined) return { algorithm: '', pattern };
  const text = shownText(tokens);
  const [, named, hash = text] = /^\*?([^=|*]*)[=|]([\da-f*?]+)$/i.exec(text) ?? [];
  if (named !== undefined)
    return { algorithm: named.toUpperCase(), pattern: { ...pattern, tokens: parseText(hash) } };
  const bare = text.replace(/^\*|\*$/g, '');
  return { algorithm: (/^[\da-f]*$/i.test(bare) && lengths[bare.length]) || '', pattern };
}
