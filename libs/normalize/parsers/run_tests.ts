import { isDeepStrictEqual } from 'node:util';
import {
  type EncodedEvent,
  isObject,
  type Json,
  type JsonObject,
  leaves,
  type Outcome,
} from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import { expandDotted } from '../dotted.ts';
import { categoryFaults } from '../ecs_categories.ts';
import { type EcsField, ecs } from '../ecs_types.ts';
import { createNormaliser } from '../normaliser.ts';
import type { Parser } from './compile.ts';
import type { Dispatch } from './dispatch.ts';
import type { Found, ParserTest, ParserTestFile, TestResult } from './test_file.ts';
import type { Turn } from './turn.ts';

/**
 * Runs a parser's tests: each record is taken the way that records take, through all parsers.
 *
 * @param dispatch to those in force with the one that is tested
 * @param turn lets others have a turn now and then
 */
export async function runParserTests(
  parser: Parser,
  { tests }: ParserTestFile,
  dispatch: Dispatch,
  turn: Turn,
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const test of tests) {
    await turn();
    results.push(runTest(parser, test, dispatch));
  }
  return results;
}

function runTest({ name }: Parser, test: ParserTest, dispatch: Dispatch): TestResult {
  const { title, event, dropped, dead_letter: letter, stream } = test;
  const normalise = createNormaliser({ timeZone: test.time_zone, parsers: () => dispatch });
  const found = foundOf(normalise(recordOf(test), test.source), test, name);
  const differences = [
    ...differencesOf(event === undefined ? undefined : nested(event), found.event),
    ...said('dropped', dropped, found.dropped),
    ...said('dead_letter', letter, found.dead_letter),
    ...said('stream', stream, found.stream),
    ...(found.event === undefined ? [] : unknownFields(found.event, ecs)),
  ];
  if (event === undefined && dropped === undefined && letter === undefined)
    differences.push('says nothing of what is expected; `tidewatch test parsers --write` adds what is found');
  const warnings = found.event === undefined ? [] : categoryFaults(found.event);
  return { title, passed: differences.length + warnings.length === 0, differences, warnings, found };
}

function recordOf({ line, document, base64, dataset, path, header, peer, received }: ParserTest): RawRecord {
  const bytes =
    base64 === undefined ? Buffer.from(line ?? JSON.stringify(document)) : Buffer.from(base64, 'base64');
  return {
    bytes,
    format: 'auto',
    position: { kind: 'file', fingerprint: 'test', offset: 0 },
    received: Date.parse(received),
    hints: {
      ...(dataset === undefined ? {} : { dataset }),
      ...(path === undefined ? {} : { path }),
      ...(header === undefined ? {} : { header }),
      ...(peer === undefined ? {} : { peer }),
    },
  };
}

function foundOf(outcome: Outcome<EncodedEvent>, { line }: ParserTest, name: string): Found {
  if (outcome.status === 'dropped') return { dropped: outcome.reason };
  if (outcome.status === 'dead_letter') return { dead_letter: outcome.reason };
  const event = withoutOwn(JSON.parse(outcome.value.json) as JsonObject, line, name);
  return outcome.status === 'redirected' ? { event, stream: outcome.stream } : { event };
}

/** An event without what Tidewatch adds to every one. */
function withoutOwn(event: JsonObject, line: string | undefined, name: string): JsonObject {
  const { tidewatch: _, ecs: __, event: own, ...rest } = event;
  const { id: ___, ingested: ____, original, ...kept } = isObject(own) ? own : {};
  if (line !== undefined && original !== line && original !== undefined) kept.original = original;
  if (kept.dataset === name) {
    delete kept.dataset;
    delete kept.module;
  }
  if (kept.kind === 'event') delete kept.kind;
  return Object.keys(kept).length === 0 ? rest : { ...rest, event: kept };
}

function nested(event: JsonObject): JsonObject {
  const expanded = expandDotted(event);
  return expanded.ok ? expanded.value : event;
}

function differencesOf(expected: JsonObject | undefined, found: JsonObject | undefined): string[] {
  if (expected === undefined) return [];
  const wanted = new Map(leaves(expected));
  const got = new Map(leaves(found ?? {}));
  const differences: string[] = [];
  for (const [path, value] of wanted)
    if (!isDeepStrictEqual(value, got.get(path)))
      differences.push(`${path}: expected ${JSON.stringify(value)}, got ${shown(got.get(path))}`);
  for (const [path, value] of got)
    if (!wanted.has(path)) differences.push(`${path}: got ${shown(value)}, which is not expected`);
  return differences;
}

const shown = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));

const said = (what: string, expected: string | undefined, found: string | undefined): string[] =>
  expected === found ? [] : [`${what}: expected ${expected ?? 'nothing'}, got ${found ?? 'nothing'}`];

/** Names that stand in a group of ECS, and that ECS doesn't know there: a slip, since sources have namespaces of their own. */
function unknownFields(object: JsonObject, field: EcsField, prefix = ''): string[] {
  return Object.keys(object).flatMap((key) => {
    const path = `${prefix}${key}`;
    const known = field.members.get(key);
    if (known === undefined)
      return prefix === '' ? [] : [`${path}: ECS has no such field; put it under the module’s own name`];
    const value = object[key];
    return known.type === undefined && isObject(value) ? unknownFields(value, known, `${path}.`) : [];
  });
}
