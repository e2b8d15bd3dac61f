import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { validateYaml } from '@tidewatch/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../test/any_text.ts';
import { fuzzRuns } from '../../../test/fuzz_runs.ts';
import { createNormaliser } from '../normaliser.ts';
import { createDispatch } from './dispatch.ts';
import { loadParsers } from './load.ts';
import { parserTestFile } from './test_file.ts';
import { testFileOf, testParsers } from './test_parsers.ts';

const folder = join(import.meta.dirname, '../../../parsers');
const { parsers, faults } = await loadParsers([folder], {});
const report = await testParsers([folder]);

it('every file is right', () => {
  expect([...faults, ...report.faults]).toEqual([]);
});

describe.each(report.parsers)('$name', ({ name, results, issues, untested, native }) => {
  it('has tests beside it', () => {
    expect(issues).toEqual([]);
    expect(untested).toBe(false);
    if (!native) expect(results.length, name).toBeGreaterThanOrEqual(8);
  });

  it.each(results)('$title', ({ differences, warnings, found }) => {
    expect([...differences, ...warnings]).toEqual([]);
    expect(verdictFaults(found.event ?? {})).toEqual([]);
  });
});

/** Whoever blocks, what was denied is a failure of who tried it, and what was allowed a success: one query finds all. */
function verdictFaults({ event }: JsonObject): string[] {
  if (!isObject(event) || !Array.isArray(event.type)) return [];
  const wanted = event.type.includes('denied')
    ? 'failure'
    : event.type.includes('allowed')
      ? 'success'
      : undefined;
  return wanted === undefined || event.outcome === wanted
    ? []
    : [`${event.type} with the outcome ${event.outcome}`];
}

const oddValues: readonly Json[] = [
  null,
  true,
  -1,
  1e300,
  '',
  '-',
  [],
  [[]],
  [null, 1, 'a', {}],
  {},
  '::',
  '\u0000',
];

/** A document in which some members, wherever they are, have other values. */
function changed(document: JsonObject, draw: (upTo: number) => number): JsonObject {
  const copy = { ...document };
  for (const key of Object.keys(copy)) {
    const value = copy[key];
    if (isObject(value)) copy[key] = changed(value, draw);
    else if (draw(8) === 0) copy[key] = oddValues[draw(oddValues.length)] as Json;
  }
  return copy;
}

describe('what is not as it should be', async () => {
  const dispatch = createDispatch(parsers);
  const normalise = createNormaliser({ timeZone: 'UTC', parsers: () => dispatch });
  const lines: string[] = [];
  for (const { file } of parsers) {
    const read = validateYaml(await readFile(testFileOf(file), 'utf8'), parserTestFile);
    if (read.ok) lines.push(...read.value.tests.flatMap(({ line }) => line ?? []));
  }
  const outcome = (text: string) =>
    normalise(
      { bytes: Buffer.from(text), format: 'auto', position: { kind: 'none' }, received: 0, hints: {} },
      'test',
    ).status;

  it('is an event all the same where lines are cut or hold more', () => {
    const line = fc.constantFrom(...lines);
    fc.assert(
      fc.property(line, fc.nat(400), fc.nat(400), anyText(), (text, from, to, more) => {
        expect(['ok', 'dropped', 'dead_letter']).toContain(
          outcome(text.slice(0, from) + more + text.slice(to)),
        );
      }),
      { numRuns: fuzzRuns(400) },
    );
  });

  it('is an event all the same where members have other types', () => {
    const documents = lines.flatMap((line) => (line.startsWith('{"') && line.endsWith('}') ? [line] : []));
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.infiniteStream(fc.nat()), (text, numbers) => {
        const draw = (upTo: number) => (numbers.next().value as number) % upTo;
        expect(['ok', 'dropped', 'dead_letter']).toContain(
          outcome(JSON.stringify(changed(JSON.parse(text) as JsonObject, draw))),
        );
      }),
      { numRuns: fuzzRuns(200) },
    );
  });
});
