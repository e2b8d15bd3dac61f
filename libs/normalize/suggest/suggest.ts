import {
  type EncodedEvent,
  isObject,
  type Json,
  type JsonObject,
  type Outcome,
  parseJson,
} from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import { createNormaliser } from '../normaliser.ts';
import type { Dispatch } from '../parsers/dispatch.ts';
import { createTurn } from '../parsers/turn.ts';
import { known, nameOf } from './field_names.ts';
import { type Pattern, suggestPattern } from './pattern.ts';
import { createShapes, type Shape, type Shapes } from './shapes.ts';

/** Records that no parser understood and that look alike, with a way to read them. */
export interface SuggestedShape {
  readonly count: number;
  /** Of the records that no parser understood, 0 to 1. */
  readonly share: number;
  /** The program that wrote them to syslog. */
  readonly program?: string;
  /** The shape with `…` for what varies, or the names of a document's members. */
  readonly shape: string;
  /** `document` for JSON. */
  readonly processor?: Pattern['processor'] | 'document';
  readonly pattern?: string;
  /** `match` and `processors` of a parser file. */
  readonly match: Readonly<Record<string, unknown>>;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  /** As the input gets them. */
  readonly examples: readonly string[];
}

export interface Suggestions {
  readonly records: number;
  /** By a parser; all others are in the shapes. */
  readonly understood: number;
  /** Of no shape that was told apart, since there are too many. */
  readonly others: number;
  readonly shapes: readonly SuggestedShape[];
}

export interface Suggesting {
  readonly add: (record: RawRecord, source: string) => void;
  /** @param limit of shapes */
  readonly suggestions: (limit?: number) => Promise<Suggestions>;
}

const mostGroups = 1_000;
const mostExamples = 3;
const unknown = new Set(['generic.text', 'generic.json', 'linux.syslog', 'linux.journald']);

interface Group {
  readonly program: string | undefined;
  readonly shapes: Shapes;
  /** The whole line of a message, as long as messages come whose line is not their message. */
  readonly lines: Map<string, string>;
}

interface Documents {
  count: number;
  readonly keys: readonly string[];
  readonly examples: string[];
  readonly sample: JsonObject;
}

/**
 * Collects what no parser understands, by shape. Time is linear in the records and memory bounded.
 *
 * @param parsers in force; what they understand is only counted
 * @param name of the parser that would be written: its module names fields that ECS has no name for
 */
export function createSuggesting(parsers: Dispatch, name: string): Suggesting {
  const module = name.split('.')[0] as string;
  const normalise = createNormaliser({ parsers: () => parsers });
  const groups = new Map<string, Group>();
  const documents = new Map<string, Documents>();
  let records = 0;
  let understood = 0;
  let others = 0;

  function addText(event: JsonObject, line: string): void {
    const isSyslog = isObject(event.log) && isObject(event.log.syslog);
    const program = isSyslog && isObject(event.process) ? event.process.name : undefined;
    const message = isSyslog && typeof event.message === 'string' ? event.message : line;
    const key = typeof program === 'string' ? program.toLowerCase() : '';
    let group = groups.get(key);
    if (group === undefined) {
      if (groups.size >= mostGroups) {
        others++;
        return;
      }
      group = { program: key === '' ? undefined : key, shapes: createShapes(), lines: new Map() };
      groups.set(key, group);
    }
    group.shapes.add(message);
    if (message !== line && group.lines.size < 20_000) group.lines.set(message, line);
  }

  function addDocument(document: JsonObject, line: string): void {
    const keys = Object.keys(document).sort();
    const key = keys.join('\u0001');
    let found = documents.get(key);
    if (found === undefined) {
      if (documents.size >= mostGroups) {
        others++;
        return;
      }
      found = { count: 0, keys, examples: [], sample: document };
      documents.set(key, found);
    }
    found.count++;
    if (found.examples.length < mostExamples) found.examples.push(line);
  }

  return {
    add(record, source) {
      records++;
      const outcome = normalise(record, source);
      if (isUnderstood(outcome)) {
        understood++;
        return;
      }
      const line = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength)
        .toString('utf8')
        .trim();
      const parsed = line.startsWith('{') ? parseJson(line) : undefined;
      if (parsed?.ok && isObject(parsed.value)) addDocument(parsed.value, line);
      else if (outcome.status === 'ok') addText(JSON.parse(outcome.value.json) as JsonObject, line);
      else others++;
    },
    async suggestions(limit = 100) {
      const turn = createTurn();
      const left = records - understood;
      let beyond = others;
      const texts = [...groups.values()].flatMap(({ program, shapes, lines }) => {
        beyond += shapes.others();
        return shapes.list().map((shape) => ({ program, shape, lines, count: shape.count }));
      });
      const all = [...texts, ...[...documents.values()].map((found) => ({ found, count: found.count }))]
        .sort((a, b) => b.count - a.count)
        .slice(0, limit);
      const suggested: SuggestedShape[] = [];
      for (const one of all) {
        await turn();
        const share = one.count / Math.max(left, 1);
        suggested.push({
          count: one.count,
          share,
          ...('found' in one ? ofDocument(one.found, module) : ofText(one, module)),
        });
      }
      return { records, understood, others: beyond, shapes: suggested };
    },
  };
}

function isUnderstood(outcome: Outcome<EncodedEvent>): boolean {
  if (outcome.status === 'dropped' || outcome.status === 'redirected') return true;
  if (outcome.status === 'dead_letter') return false;
  const { head, json } = outcome.value;
  return !unknown.has(head.dataset) && !json.includes('"parser_failed"');
}

type Told = Omit<SuggestedShape, 'count' | 'share'>;

function ofText(
  {
    program,
    shape,
    lines,
  }: { program: string | undefined; shape: Shape; lines: ReadonlyMap<string, string> },
  module: string,
): Told {
  const pattern = suggestPattern(shape, module);
  return {
    ...(program === undefined ? {} : { program }),
    shape: shownShape(shape),
    ...(pattern === undefined ? {} : { processor: pattern.processor, pattern: pattern.pattern }),
    match: program === undefined ? matchOf(shape) : { program },
    steps: pattern?.steps ?? [],
    examples: shape.examples.slice(0, mostExamples).map((example) => lines.get(example) ?? example),
  };
}

const shownShape = ({ slots, separators }: Shape): string =>
  slots
    .map((slot, i) => `${separators[i]}${'fixed' in slot ? slot.fixed : '…'}`)
    .join('')
    .concat(separators.at(-1) ?? '');

/** The longest text that all lines of the shape have: at its beginning, if there is one. */
function matchOf(shape: Shape): Readonly<Record<string, unknown>> {
  const texts = shownShape(shape).split('…');
  const longest = [...texts].sort((a, b) => b.trim().length - a.trim().length)[0] ?? '';
  const [first = ''] = texts;
  if (first.trim().length >= 3) return { starts_with: first };
  return longest.trim().length >= 3 ? { contains: longest } : { source: 'the name of the source' };
}

/** Members whose names say what they are go to ECS, the rest stays under the module. */
function ofDocument({ keys, examples, sample }: Documents, module: string): Told {
  const move: Record<string, string> = {};
  for (const key of keys) {
    const field = known(key, kindOf(sample[key]));
    if (field !== undefined && /^[\w-]+$/.test(key) && !Object.values(move).includes(field))
      move[`${module}.${key}`] = field;
  }
  const time = keys.find((key) => /^(?:@?timestamp|time|ts|date|datetime)$/i.test(key));
  const steps = [
    ...(Object.keys(move).length > 0 ? [{ move }] : []),
    ...(time !== undefined && /^\w+$/.test(time)
      ? [{ date: { field: `${module}.${time}`, formats: ['ISO8601'] } }]
      : []),
  ];
  const telling = [...keys].filter((key) => /^[\w@-]+$/.test(key)).sort((a, b) => b.length - a.length);
  return {
    shape: `{${keys.map(nameOf).join(', ')}}`,
    processor: 'document',
    match: { fields: Object.fromEntries(telling.slice(0, 4).map((key) => [key, null])) },
    steps: steps.length > 0 ? steps : [{ set: { 'event.category': ['host'] } }],
    examples,
  };
}

const kindOf = (value: Json | undefined) => (typeof value === 'number' ? 'number' : undefined);
