import { CORE_SCHEMA, loadAll, YAMLException } from 'js-yaml';
import { isMap, isNode, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { boundedDepth, isTooDeep, tooDeep } from './yaml_depth.ts';

/** What is wrong at one place of a file, in words for the person who wrote it. */
export interface ConfigIssue {
  /** Dotted path, empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** 1-based, where the place is known. */
  readonly line?: number;
  readonly column?: number;
}

export type Validated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/**
 * Reads YAML against a schema. Unknown keys are refused with the nearest known one, and every issue has its line and
 * column. Dates stay strings. An empty file is an empty object.
 *
 * Positions need a second, slower parser, so it runs only for a file that failed, and is not longer than some pages; of a longer one
 * places are told as far as the first parser knows them. The first 20 issues are told.
 */
export function validateYaml<T>(text: string, schema: z.ZodType<T>): Validated<T> {
  let value: unknown;
  try {
    const documents = loadAll(text, null, { schema: CORE_SCHEMA, listener: boundedDepth() });
    if (documents.length > 1)
      return { ok: false, issues: [{ path: '', message: 'holds more than one document' }] };
    value = documents[0] ?? {};
    if (nodesOf(value, new Map()) > maxNodes)
      return { ok: false, issues: [{ path: '', message: `stands for more than ${maxNodes} values` }] };
  } catch (error) {
    return { ok: false, issues: syntaxIssues(text, error) };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const place = placesIn(text);
  const issues = parsed.error.issues
    .slice(0, mostIssues)
    .flatMap((issue) => describe(issue, schema, value, place));
  return { ok: false, issues: issues.slice(0, mostIssues) };
}

/** Issues that are told of one file, and characters of a file of which all places are told: both take long to find. */
const mostIssues = 20;
const longestPlaced = 8_000;

/** Values of a file with its aliases written out: a few lines of them can stand for billions. */
const maxNodes = 1_000_000;

function nodesOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 1;
  const counted = known.get(value);
  if (counted !== undefined) return counted;
  // What holds itself has no end.
  known.set(value, Number.POSITIVE_INFINITY);
  let nodes = 1;
  for (const member of Object.values(value)) nodes += nodesOf(member, known);
  known.set(value, nodes);
  return nodes;
}

/** The issues as lines for a terminal: `  line 3, column 5: inputs.0.prot: unknown key; did you mean "port"?` */
export const formatIssues = (issues: readonly ConfigIssue[]): string =>
  issues
    .map(({ path, message, line, column }) => {
      const place = line === undefined ? '' : `line ${line}, column ${column}: `;
      return `  ${place}${path === '' ? '' : `${path}: `}${message}`;
    })
    .join('\n');

function syntaxIssues(text: string, error: unknown): ConfigIssue[] {
  if (text.length > longestPlaced) {
    const { reason, mark } = error instanceof YAMLException ? error : { reason: undefined, mark: undefined };
    const place = mark && { line: mark.line + 1, column: mark.column + 1 };
    return [{ path: '', message: reason ?? (error as Error).message, ...place }];
  }
  if (isTooDeep(text)) return [{ path: '', message: tooDeep }];
  const { errors } = parseDocument(text);
  if (errors.length === 0) return [{ path: '', message: 'is not YAML that can be read' }];
  return errors.slice(0, mostIssues).map((error) => ({
    path: '',
    message: error.message.split(' at line')[0] ?? error.message,
    ...(error.linePos === undefined ? {} : { line: error.linePos[0].line, column: error.linePos[0].col }),
  }));
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, place: Places): ConfigIssue[] {
  const path = issue.path.map(String);
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that was meant is one whose kind the value has, and of those the one with the fewest complaints.
    const isOfKind = (branch: readonly z.core.$ZodIssue[]): boolean =>
      branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys');
    const nearest =
      [...issue.errors].sort((a, b) => Number(isOfKind(b)) - Number(isOfKind(a)) || a.length - b.length)[0] ??
      [];
    if (nearest.length > 0)
      return nearest.flatMap((inner) =>
        describe(
          { ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue,
          schema,
          value,
          place,
        ),
      );
  }
  if (issue.code !== 'unrecognized_keys') {
    const given = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], value);
    return [{ path: path.join('.'), message: wordsFor(issue, given), ...place(path) }];
  }
  const known = knownKeys(schema, issue.path, value);
  return issue.keys.slice(0, mostIssues).map((key) => {
    const nearest = nearestOf(key, known);
    const hint = nearest === undefined ? `known keys are ${known.join(', ')}` : `did you mean "${nearest}"?`;
    return {
      path: [...path, key].join('.'),
      message: known.length === 0 ? 'unknown key' : `unknown key; ${hint}`,
      ...place([...path, key]),
    };
  });
}

/** The schema's own words, but for what they say less well than a person would. */
function wordsFor(issue: z.core.$ZodIssue, given: unknown): string {
  if (given === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
    return 'is missing';
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join('; ');
  const options = choicesOf(issue);
  if (options === undefined) return issue.message;
  const nearest = typeof given === 'string' ? nearestOf(given, options) : undefined;
  const hint = nearest === undefined ? `choose one of ${options.join(', ')}` : `did you mean "${nearest}"?`;
  return given === undefined ? `is missing; ${hint}` : `${JSON.stringify(given)} is not known; ${hint}`;
}

/** What a closed list or a union's discriminator would have taken. */
function choicesOf(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  const { options } = issue as { options?: unknown };
  return issue.code === 'invalid_union' && Array.isArray(options) ? options.map(String) : undefined;
}

/** Line and column, from 1, of a path's key in a YAML text, or of the nearest thing above it that is there. */
export const placeOf = (text: string, path: readonly string[]): ReturnType<Places> => placesIn(text)(path);

type Places = (path: readonly string[]) => { line?: number; column?: number };

/** Reads the text when the first place is asked for, and once. */
function placesIn(text: string): Places {
  const lines = new LineCounter();
  let read: ReturnType<typeof parseDocument> | undefined;
  return (path) => {
    if (text.length > longestPlaced) return {};
    read ??= parseDocument(text, { lineCounter: lines });
    const document = read;
    for (let length = path.length; length > 0; length--) {
      const parent =
        length === 1 ? document.contents : document.getIn(path.slice(0, length - 1).map(index), true);
      const key = path[length - 1];
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === key) : undefined;
      const node = (pair?.key ?? document.getIn(path.slice(0, length).map(index), true)) as Node | undefined;
      if (isNode(node) && node.range) {
        const { line, col } = lines.linePos(node.range[0]);
        return { line, column: col };
      }
    }
    return {};
  };
}

const index = (key: string): string | number => (/^\d+$/.test(key) ? Number(key) : key);

/** The keys that the schema knows at a path, following unions by their discriminator's value. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  let definition: unknown = schema;
  let current: unknown = value;
  for (const key of path) {
    definition = child(unwrap(definition, current), key);
    current = (current as Record<PropertyKey, unknown> | undefined)?.[key];
  }
  const shape = shapeOf(unwrap(definition, current));
  return shape === undefined ? [] : Object.keys(shape);
}

interface Definition {
  readonly type: string;
  readonly shape?: Record<string, unknown>;
  readonly element?: unknown;
  readonly valueType?: unknown;
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly getter?: () => unknown;
  readonly options?: readonly unknown[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
}

const definitionOf = (schema: unknown): Definition | undefined =>
  (schema as { _zod?: { def?: Definition } } | undefined)?._zod?.def;

function unwrap(schema: unknown, value: unknown): unknown {
  const definition = definitionOf(schema);
  if (definition?.innerType !== undefined) return unwrap(definition.innerType, value);
  if (definition?.in !== undefined) return unwrap(definition.in, value);
  if (definition?.getter !== undefined) return unwrap(definition.getter(), value);
  const { options, discriminator } = definition ?? {};
  if (options === undefined) return schema;
  if (discriminator === undefined) {
    const kind = Array.isArray(value) ? 'array' : typeof value;
    return options.find((option) => definitionOf(option)?.type === kind) ?? schema;
  }
  const wanted = (value as Record<string, unknown> | undefined)?.[discriminator];
  return (
    options.find((option) => definitionOf(shapeOf(option)?.[discriminator])?.values?.includes(wanted)) ??
    schema
  );
}

const shapeOf = (schema: unknown): Record<string, unknown> | undefined => definitionOf(schema)?.shape;

function child(schema: unknown, key: PropertyKey): unknown {
  const definition = definitionOf(schema);
  return definition?.shape?.[String(key)] ?? definition?.element ?? definition?.valueType;
}

/** The known word within a third of the key's length in edits, if there is one. */
export function nearestOf(key: string, known: readonly string[]): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(key.toLowerCase(), word.toLowerCase());
    if (best === undefined || distance < best.distance) best = { word, distance };
  }
  return best !== undefined && best.distance <= Math.max(1, Math.ceil(key.length / 3))
    ? best.word
    : undefined;
}

/** Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
