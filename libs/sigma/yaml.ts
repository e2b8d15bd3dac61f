import { boundedDepth, isTooDeep } from '@tidewatch/plugin/yaml_depth';
import { FAILSAFE_SCHEMA, loadAll, Type, YAMLException } from 'js-yaml';
import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import type { DocumentPath } from './errors.ts';

const scalar = (name: string, isOne: (text: string) => boolean, construct: (text: string) => unknown): Type =>
  new Type(`tag:yaml.org,2002:${name}`, {
    kind: 'scalar',
    resolve: (text: string | null) => isOne(text ?? ''),
    construct,
  });

const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const booleans = new Map([
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

/** As YAML's core schema has them, but for numbers: only those that print as they were written, as rules compare text. */
const schema = FAILSAFE_SCHEMA.extend({
  implicit: [
    scalar(
      'null',
      (text) => nulls.has(text),
      () => null,
    ),
    scalar(
      'bool',
      (text) => booleans.has(text),
      (text) => booleans.get(text),
    ),
    scalar('int', (text) => /^-?\d+(?:\.\d+)?$/.test(text) && String(Number(text)) === text, Number),
    scalar(
      'merge',
      (text) => text === '<<',
      (text) => text,
    ),
  ],
});

export type ParsedYaml =
  | { readonly ok: true; readonly documents: readonly unknown[] }
  | { readonly ok: false; readonly cause: string; readonly place: Place | null };

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Parses every document of a file. */
export function parseYaml(source: string): ParsedYaml {
  try {
    const documents = loadAll(source, null, { schema, listener: bounds(source) });
    return !source.includes('&') || isModest(documents)
      ? { ok: true, documents }
      : { ok: false, cause: immodest, place: null };
  } catch (error) {
    if (error instanceof YAMLException)
      return { ok: false, cause: error.reason, place: syntaxErrorPlace(source, error) };
    return { ok: false, cause: (error as Error).message, place: null };
  }
}

const mostNodes = 200_000;
/** So many characters of a text count as one more value. */
const textUnit = 64;
const immodest = `its aliases make more than ${mostNodes} values of it, or one that contains itself`;

/**
 * Whether what aliases stand for, written out, is of a size that rules have: some lines can stand for more than there is
 * memory. Each shared node is counted once and added as often as it is named.
 */
function isModest(documents: readonly unknown[]): boolean {
  const sizes = new Map<object, number>();
  const sizeOf = (node: unknown): number => {
    if (typeof node === 'string') return 1 + Math.floor(node.length / textUnit);
    if (typeof node !== 'object' || node === null) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    // Until its own size is known, it is endless: it may contain itself.
    sizes.set(node, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const [key, child] of Object.entries(node)) size += sizeOf(key) + sizeOf(child) - 1;
    sizes.set(node, size);
    return size;
  };
  return sizeOf(documents) <= mostNodes;
}

type Listener = (event: 'open' | 'close', state: { readonly result?: unknown }) => void;

/** What holds a parse within bounds, asked at the beginning and end of each node. */
function bounds(source: string): Listener {
  const depth = boundedDepth();
  if (!source.includes('<<')) return depth;
  const merges = boundedMerges();
  return (event, state) => {
    depth(event);
    merges(event, state);
  };
}

/** `<<` copies while the file is parsed: what maps have counts each time that they are named, before it is copied. */
function boundedMerges(): Listener {
  const counts = new Map<object, number>();
  let total = 0;
  const countOf = (node: unknown): number => {
    if (typeof node !== 'object' || node === null) return 1;
    const count = Array.isArray(node)
      ? node.reduce<number>((sum, child) => sum + (counts.get(child) ?? 1), 1)
      : (counts.get(node) ?? Object.keys(node).length);
    counts.set(node, count);
    return count;
  };
  return (event, { result }) => {
    if (event === 'close') total += countOf(result);
    if (total > mostNodes) throw new YAMLException(immodest);
  };
}

/** Of what is longer the place is told less exactly: to find it takes long where much is open. */
const longestExact = 8_000;

function syntaxErrorPlace(source: string, { mark }: YAMLException): Place | null {
  if (source.length > longestExact || isTooDeep(source))
    return mark === undefined ? null : { line: mark.line + 1, column: mark.column + 1 };
  const counter = new LineCounter();
  for (const document of parseAllDocuments(source, { lineCounter: counter, prettyErrors: false })) {
    const [error] = document.errors;
    if (error !== undefined) return placeIn(counter, error.pos[0]);
  }
  return null;
}

function placeIn(counter: LineCounter, offset: number): Place {
  const { line, col: column } = counter.linePos(offset);
  return { line, column };
}

interface Positioned {
  readonly source: string;
  readonly counter: LineCounter;
  readonly documents: readonly { getIn(path: Iterable<unknown>, keepScalar: true): unknown }[];
}

/** The file that was asked for last: one with many faults is asked for each of them. */
let last: Positioned | undefined;

function positioned(source: string): Positioned {
  if (last?.source === source) return last;
  const counter = new LineCounter();
  const parsed = parseAllDocuments(source, {
    lineCounter: counter,
    prettyErrors: false,
    schema: 'failsafe',
    merge: true,
  });
  last = { source, counter, documents: Array.isArray(parsed) ? parsed : [] };
  return last;
}

/**
 * Gives the place of any path of one document. It parses the source anew, so it is made only for what is
 * shown to a person: a rejection, an explanation. A path that leads nowhere gives that of its nearest ancestor.
 */
export function placeFinder(source: string, document: number): (path: DocumentPath) => Place | null {
  const { counter, documents } = positioned(source);
  const root = documents[document];
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const node = root?.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return placeIn(counter, node.range[0]);
    }
    return null;
  };
}

/** As {@link placeFinder}, the line alone. */
export function lineFinder(source: string, document: number): (path: DocumentPath) => number | null {
  const find = placeFinder(source, document);
  return (path) => find(path)?.line ?? null;
}
