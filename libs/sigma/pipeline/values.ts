import { Rejection } from '../errors.ts';
import { parseNumber } from '../modifiers.ts';
import { type Pattern, parseText, type Token } from '../pattern.ts';
import { resolveRegex, resolveTokens, unresolvedIn } from '../placeholder.ts';
import { translateRegex } from '../regex.ts';
import type { Item, ItemValue } from '../rule.ts';
import type { Options } from './options.ts';
import type { Run } from './run.ts';
import { joined, mapTexts, pythonSub, regexOf, rewrite, rewriteLiterals, shownText } from './texts.ts';

/** What a transformation puts in the place of a value; the value's own pattern where it changes nothing. */
export type ChangeValue = (value: ItemValue, item: Item, run: Run) => Pattern;

/** Where a value stands, as far as it is in the rule's own file. */
export const placeOf = ({ path, origin }: ItemValue) => (origin === undefined ? path : []);

const onText =
  (change: (tokens: readonly Token[]) => readonly Token[]): ChangeValue =>
  ({ pattern }) =>
    mapTexts(pattern, (text) => {
      const tokens = change(text.tokens);
      return tokens.length === text.tokens.length && tokens.every((token, i) => token === text.tokens[i])
        ? text
        : { ...text, tokens };
    });

export const valueChanges: Readonly<Record<string, (options: Options) => ChangeValue>> = {
  replace_string: replaceString,
  map_string: mapString,
  set_value: setValue,
  convert_type: convertType,
  case: changeCase,
  value_placeholders: (options) => replacePlaceholders(options, (name, { vars }) => vars.get(name) ?? null),
  wildcard_placeholders: (options) =>
    replacePlaceholders(options, (_, __, kind) => [kind === 'regex' ? '.*' : '*']),
};

function replaceString(options: Options): ChangeValue {
  const regex = regexOf(options, 'regex', 'g');
  const replacement = options.text('replacement');
  const groups = (new RegExp(`${regex.source}|`).exec('') ?? []).length - 1;
  for (const [, number] of replacement.matchAll(/\\(?:g<)?(\d{1,2})/g))
    if (Number(number) > groups) throw options.wrong('replacement', `there is no group ${number}`);
  const replace = pythonSub(regex, replacement);
  const interprets = options.flag('interpret_special');
  if (!options.flag('skip_special')) return onText((tokens) => rewrite(tokens, replace));
  if (!interprets) return onText((tokens) => rewriteLiterals(tokens, replace));
  return onText((tokens) =>
    joined(tokens.flatMap((token) => (typeof token === 'string' ? parseText(replace(token)) : [token]))),
  );
}

/** Looks the whole text up, with the wildcards that modifiers put to it; several texts are alternatives. */
function mapString(options: Options): ChangeValue {
  const mapping = options.mapping('mapping');
  return ({ pattern }) =>
    mapTexts(pattern, (text) => {
      const mapped = mapping.get(shownText(text.tokens));
      return mapped === undefined
        ? text
        : oneOf(mapped.map((each) => ({ ...text, tokens: parseText(each) })));
    });
}

const oneOf = (patterns: readonly Pattern[]): Pattern =>
  patterns.length === 1 ? (patterns[0] as Pattern) : { kind: 'any', patterns };

function setValue(options: Options): ChangeValue {
  const type = options.has('force_type') ? options.choice('force_type', ['str', 'num']) : null;
  if (type === null && options.has('value') && options.value('value') === null)
    return () => ({ kind: 'null' });
  const value = options.scalar('value');
  if (type === 'num' && parseNumber(value) === null) throw options.wrong('value', 'it is not a number');
  const tokens = parseText(String(value));
  return () => ({ kind: 'text', tokens, cased: false });
}

/** Numbers and their texts are the same to the engine, so that only what is no number makes a difference. */
function convertType(options: Options): ChangeValue {
  const type = options.choice('target_type', ['str', 'num']);
  return (value, { field }) => {
    if (type === 'str') return value.pattern;
    return mapTexts(value.pattern, (text) => {
      const shown = shownText(text.tokens);
      if (parseNumber(shown) !== null) return text;
      const details = {
        value: JSON.stringify(shown),
        key: field ?? shown,
        cause: 'a pipeline asks for a number',
      };
      throw new Rejection('invalid_value', details, placeOf(value));
    });
  };
}

export const casings: Readonly<Record<string, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  snake_case: (text) =>
    text
      .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
      .toLowerCase(),
};

function changeCase(options: Options): ChangeValue {
  const method = options.choice('method', Object.keys(casings), 'lower');
  return onText((tokens) => rewriteLiterals(tokens, casings[method] as (text: string) => string));
}

/** @param lookUp the values of a placeholder, which may have wildcards; null for one that has none */
function replacePlaceholders(
  options: Options,
  lookUp: (name: string, run: Run, kind: 'text' | 'regex') => readonly string[] | null,
): ChangeValue {
  const include = options.texts('include');
  const exclude = options.texts('exclude');
  if (include !== null && exclude !== null)
    throw options.wrong('exclude', 'it has no place beside `include`');
  const meant = (name: string): boolean =>
    (include === null || include.includes(name)) && exclude?.includes(name) !== true;

  return (value, item, run) => {
    if (unresolvedIn(value.pattern) === null) return value.pattern;
    const valuesOf: Lookup = (name, kind) => {
      if (!meant(name)) return null;
      const values = lookUp(name, run, kind);
      if (values !== null) return values;
      const key = item.field ?? String(value.raw);
      throw new Rejection('unresolved_placeholder', { name, key }, placeOf(value));
    };
    return resolved(value.pattern, valuesOf, item, value);
  };
}

type Lookup = (name: string, kind: 'text' | 'regex') => readonly string[] | null;

function resolved(pattern: Pattern, valuesOf: Lookup, item: Item, value: ItemValue): Pattern {
  switch (pattern.kind) {
    case 'any':
      return { kind: 'any', patterns: pattern.patterns.map((each) => resolved(each, valuesOf, item, value)) };
    case 'text': {
      const lists = resolveTokens(pattern.tokens, (name) => valuesOf(name, 'text')?.map(parseText) ?? null);
      return oneOf(lists.map((tokens) => ({ ...pattern, tokens: joined(tokens) })));
    }
    case 'regex': {
      const flags = new Set([...item.modifiers, ...(/^\(\?([a-z]+)\)/.exec(String(value.raw))?.[1] ?? '')]);
      const translated = (each: string): string => {
        const result = translateRegex(each, flags);
        if (result.ok) return result.source;
        const details = { value: JSON.stringify(each), key: item.field, cause: 'a pipeline puts it there' };
        throw new Rejection('invalid_regex', details, placeOf(value));
      };
      const source = resolveRegex(
        pattern.source,
        (name) => valuesOf(name, 'regex')?.map(translated).join('|') ?? null,
      );
      return { ...pattern, source };
    }
    default:
      return pattern;
  }
}
