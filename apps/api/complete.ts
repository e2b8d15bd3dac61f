import { type KqlNode, placeAt, suggestionsFor, textFields } from '@tidewatch/query';
import { inTime } from './in_time.ts';

/** Whoever types waits so long for values, milliseconds. */
const longestWait = 2_000;
export const mostValues = 50;

/** A field that a list has whatever its rows hold. */
export interface OwnField {
  readonly name: string;
  /** As Elasticsearch calls it. */
  readonly type: string;
  /** A few words, for who types its name. */
  readonly says: string;
}

/** What queries of one list can name. */
export interface Vocabulary {
  readonly own: readonly OwnField[];
  /** Names that its rows have beside. */
  readonly fields: () => Promise<readonly string[]>;
  /** ECS names with their types, where rows may have them. */
  readonly ecs?: ReadonlyMap<string, string>;
  /** The most frequent values of a field that fit, at most {@link mostValues}. */
  readonly values: (
    field: string,
    query: KqlNode,
  ) => Promise<readonly { readonly value: string; readonly count: number }[]>;
}

/** What can stand at a position of a query: of fields the list's own, those that its rows have, then those of ECS. */
export async function complete(text: string, position: number, vocabulary: Vocabulary) {
  const place = placeAt(text, Math.min(position, text.length));
  const { expects, start, end, field } = place;
  const at = { expects, start, end };
  if (expects === 'field') {
    const { own, fields, ecs = new Map<string, string>() } = vocabulary;
    const said = new Map(own.map((one) => [one.name, one]));
    const seen = new Set([...said.keys(), ...(await fields())]);
    const within = field === undefined ? '' : `${field}.`;
    return {
      ...at,
      suggestions: suggestionsFor(place, [...seen, ...ecs.keys()]).map((one) => {
        const name = within + one.label;
        const says = said.get(name)?.says;
        const type = said.get(name)?.type ?? ecs.get(name);
        return {
          ...{ ...one, seen: seen.has(name) },
          ...(type !== undefined && { type }),
          ...(says !== undefined && { says }),
        };
      }),
    };
  }
  if (expects !== 'value' || field === undefined || textFields.has(field))
    return { ...at, suggestions: suggestionsFor(place) };
  const found = await inTime(vocabulary.values(field, beginning(field, place.typed)), longestWait);
  if (found === undefined) return { ...at, suggestions: [], late: true };
  const counts = new Map(found.map(({ value, count }) => [value, count]));
  return {
    ...at,
    suggestions: suggestionsFor(place, [...counts.keys()]).map((one) => ({
      ...one,
      count: counts.get(one.label) ?? 0,
    })),
  };
}

const beginning = (field: string, typed: string): KqlNode =>
  typed === ''
    ? { kind: 'exists', field }
    : { kind: 'is', field, value: { type: 'wildcard', parts: [typed, ''] } };
