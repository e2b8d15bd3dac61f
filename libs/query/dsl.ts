import type { JsonObject } from '@tidewatch/event';
import { type KqlField, type KqlNode, type KqlValue, textFields } from './ast.ts';
import { all, and, any, type Dsl, ignored, none, not } from './dsl_clauses.ts';
import { equalBounds, patternBounds, rangeBounds, regexBounds } from './dsl_fields.ts';
import { wordsBounds } from './dsl_words.ts';
import { type AnyOf, byType, createConditionCount, gather } from './gather.ts';
import { maxPatternFields, TooManyFieldsError } from './sql_layout.ts';
import { matchesWildcard } from './text.ts';

/**
 * How a field is indexed. Values that do not fit are named in `_ignored`.
 *
 * - `keyword`: as a whole, in its own spelling.
 * - `address`: as an `ip`, with its spelling as the keyword `<path>.text` below.
 * - `number`, `date`: of any width; dates in milliseconds.
 * - `words`: as text by the analyzer that {@link dslWordPattern} describes.
 * - `object`: has fields below it.
 * - `other`: only that a value is there.
 */
export type DslType = 'keyword' | 'address' | 'number' | 'date' | 'words' | 'object' | 'other';

/** What an index knows of its documents. */
export interface DslLayout {
  /** Undefined where no document has the field, or no index of it. */
  type(path: string): DslType | undefined;
  /** Documents have fields that are not indexed at all, in no type and no text (default false). */
  readonly hasUnindexed?: boolean;
  /** Dotted paths with plain values, for patterns of fields. */
  paths(): Iterable<string>;
  /** `words` fields that together hold every value, for values without a field. */
  readonly texts: readonly string[];
}

export interface DslOptions {
  /** What `now` stands for, epoch milliseconds. */
  readonly now: number;
  readonly layout: DslLayout;
}

/**
 * A query as far as an index can tell: what fits is among `may`, and all of `sure` fits. They are the same object where
 * the index answers exactly; else the predicate decides about what is in `may` and not in `sure`.
 */
export interface DslBounds {
  readonly may: JsonObject;
  readonly sure: JsonObject;
}

interface Bounds extends DslBounds {
  readonly may: Dsl;
  readonly sure: Dsl;
}

const exactly = (clause: Dsl): Bounds => ({ may: clause, sure: clause });
const anybodysGuess: Bounds = { may: all, sure: none };
const isExact = ({ may, sure }: Bounds): boolean => may === sure;

/**
 * A query in the query language of OpenSearch and Elasticsearch.
 *
 * @throws TooManyFieldsError where a pattern of fields fits too many, TooManyConditionsError
 */
export function toDsl(node: KqlNode, { now, layout }: DslOptions): DslBounds {
  const count = createConditionCount();
  /** What may fit by a field that the index knows nothing of. */
  const unindexed: Bounds = layout.hasUnindexed ? anybodysGuess : exactly(none);

  function bounds(at: KqlNode | AnyOf): Bounds {
    switch (at.kind) {
      case 'all':
        return exactly(all);
      case 'and':
      case 'or': {
        const children = gather(at).map(bounds);
        const join = at.kind === 'and' ? and : any;
        const may = join(children.map((child) => child.may));
        return children.every(isExact)
          ? exactly(may)
          : { may, sure: join(children.map((child) => child.sure)) };
      }
      case 'not': {
        const child = bounds(at.child);
        const sure = not(child.may);
        return isExact(child) ? exactly(sure) : { may: not(child.sure), sure };
      }
      case 'nested':
        return { may: memberMay(at.child, at.field), sure: none };
      case 'is':
      case 'any_of': {
        const values = at.kind === 'is' ? [at.value] : at.values;
        if (at.field !== null) return onFields(at.field, (path) => valuesLeaf(values, path));
        count();
        return anyOf([...layout.texts.map((text) => wordsBounds(text, values, 'lines')), unindexed]);
      }
      default:
        return onFields(at.field, (path) => leaf(at, path));
    }
  }

  function onFields(field: KqlField, one: (path: string) => Bounds): Bounds {
    if (typeof field === 'string') return one(field);
    const fitting = [...layout.paths()].filter((path) => matchesWildcard(path, field.parts));
    if (fitting.length > maxPatternFields)
      throw new TooManyFieldsError(field.parts.join('*'), fitting.length);
    return anyOf([...fitting.map(one), unindexed]);
  }

  function valuesLeaf(values: readonly KqlValue[], path: string): Bounds {
    count();
    const type = layout.type(path);
    if (type === undefined) return unindexed;
    if (type === 'object') return exactly(none);
    const unknown: Bounds = { may: any([{ exists: { field: path } }, ignored(path)]), sure: none };
    const byWords = textFields.has(path);
    if (byWords !== (type === 'words')) return unknown;
    if (byWords) return wordsBounds(path, values, 'whole');
    const { equal, wildcards, regexes } = byType(values);
    return anyOf([
      ...(equal.length === 0 ? [] : [equalBounds(path, type, equal) ?? unknown]),
      ...wildcards.map(({ parts }) => patternBounds(path, type, parts) ?? unknown),
      ...regexes.map((regex) => regexBounds(path, type, regex) ?? unknown),
    ]);
  }

  function leaf(at: Extract<KqlNode, { kind: 'exists' | 'range' }>, path: string): Bounds {
    count();
    const type = layout.type(path);
    if (type === undefined) return unindexed;
    const present: Dsl = { exists: { field: path } };
    if (at.kind === 'exists')
      // An object without a value below it exists, too, which no index says.
      return type === 'object' && typeof at.field === 'string'
        ? { may: all, sure: present }
        : exactly(any([present, ignored(path)]));
    if (type === 'object') return exactly(none);
    return (
      rangeBounds(path, type, at.operator, at.value, now) ?? {
        may: any([present, ignored(path)]),
        sure: none,
      }
    );
  }

  /** What a document must have so that one object below `path` may fit: which values stand together no index says. */
  function memberMay(at: KqlNode, path: string): Dsl {
    switch (at.kind) {
      case 'and':
        return and(at.children.map((child) => memberMay(child, path)));
      case 'or':
        return any(at.children.map((child) => memberMay(child, path)));
      case 'nested':
        return memberMay(at.child, `${path}.${at.field}`);
      case 'is':
      case 'exists':
      case 'range': {
        if (typeof at.field !== 'string') return all;
        const below = `${path}.${at.field}`;
        // Whether a value is words or a whole goes by the path within the object.
        if (textFields.has(at.field) || textFields.has(below)) return all;
        return (at.kind === 'is' ? valuesLeaf([at.value], below) : leaf(at, below)).may;
      }
      default:
        return all;
    }
  }

  return bounds(node);
}

function anyOf(children: readonly Bounds[]): Bounds {
  const may = any(children.map((child) => child.may));
  return children.every(isExact) ? exactly(may) : { may, sure: any(children.map((child) => child.sure)) };
}
