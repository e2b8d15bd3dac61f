import type { JsonObject } from '@tidewatch/event';
import type { SourcePosition } from '@tidewatch/event/ids';
import { expect, test } from 'vitest';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import { compileSteps } from '../parsers/compile.ts';
import { createDispatch } from '../parsers/dispatch.ts';
import { readParser } from '../parsers/load.ts';
import { parserFile } from '../parsers/parser_file.ts';
import { tryContext } from '../parsers/try.suite.ts';
import type { Noise } from './noise.ts';
import type { StepFile } from './step.ts';
import type { StepResult, Work } from './work.ts';

/** A step with state, to which events are given at seconds of receipt. */
function noisy(step: unknown, noise?: Noise) {
  const file = parserFile.parse({ name: 'a', title: 'A', match: { contains: 'abc' }, processors: [step] });
  const resources = { folder: '.', parser: 'app.line', ...(noise === undefined ? {} : { noise }) };
  const run = compileSteps(file.processors as readonly StepFile[], resources);
  return (seconds: number, fields: JsonObject, bytes = ''): JsonObject | string => {
    const work: Work = {
      ...{ fields: structuredClone(fields), source: 'a', depth: 0, dataset: 'a', stream: undefined },
      ...{ time: seconds * 1_000, created: undefined },
      context: { ...tryContext, received: seconds * 1_000, bytes: Buffer.from(bytes) },
    };
    const result: StepResult = run(work);
    return result !== undefined && 'reason' in result ? result.reason : work.fields;
  };
}

test('dedupe lets the first of a window through, and says on the next what it held back', () => {
  const at = noisy({ dedupe: { fields: ['a'], window: '10s' } });
  expect(at(0, { a: 1 })).toEqual({ a: 1 });
  expect(at(3, { a: 1 })).toBe('duplicate');
  expect(at(4, { a: 2 })).toEqual({ a: 2 });
  expect(at(9, { a: 1, b: 2 })).toBe('duplicate');
  expect(at(10, { a: 1 })).toEqual({ a: 1, labels: { suppressed: '2' } });
  expect(at(25, { a: 1 })).toEqual({ a: 1 });
  expect(at(26, {})).toEqual({});
  expect(at(27, { a: null })).toBe('duplicate');
});

test('throttle lets so many through', () => {
  const at = noisy({ throttle: { limit: 2, per: '1m' } });
  expect([0, 1, 2, 3].map((seconds) => at(seconds, {}))).toEqual([{}, {}, 'throttled', 'throttled']);
  expect(at(60, {})).toEqual({ labels: { suppressed: '2' } });
  expect([at(61, {}), at(62, {})]).toEqual([{}, 'throttled']);
});

test('aggregate adds up what it held back', () => {
  const at = noisy({ aggregate: { fields: ['a'], window: '1m', sum: ['network.bytes', 'network.packets'] } });
  at(0, { a: 1, network: { bytes: 5, packets: 1 } });
  expect(at(10, { a: 1, network: { bytes: '7' } })).toBe('aggregated');
  expect(at(20, { a: 1, network: { bytes: 8, packets: 2 } })).toBe('aggregated');
  expect(at(61, { a: 1, network: { bytes: 1, packets: 1 } })).toEqual({
    a: 1,
    network: { bytes: 16, packets: 3 },
    event: { start: '1970-01-01T00:00:10.000Z', end: '1970-01-01T00:01:01.000Z' },
    labels: { suppressed: '2' },
  });
});

test('sample keeps about its rate, and always the same records', () => {
  const at = noisy({ sample: { rate: 0.25 } });
  const records = Array.from({ length: 8_000 }, (_, i) => `record ${i}`);
  const kept = records.filter((record) => typeof at(0, {}, record) === 'object');
  expect(kept.length / records.length).toBeCloseTo(0.25, 1);
  expect(records.filter((record) => typeof at(9, {}, record) === 'object')).toEqual(kept);
  expect(noisy({ sample: { rate: 1 } })(0, {}, 'x')).toEqual({ labels: { sample_rate: '1' } });
});

test('keys are bounded: the one not seen for longest is forgotten', () => {
  const at = noisy({ dedupe: { fields: ['a'], window: '1h', max_keys: 2 } });
  at(0, { a: 1 });
  at(1, { a: 2 });
  expect(at(2, { a: 1 })).toBe('duplicate');
  at(3, { a: 3 });
  expect(at(4, { a: 1 })).toBe('duplicate');
  expect(at(5, { a: 2 })).toEqual({ a: 2 });
});

test('the key not seen for longest is the one forgotten, also after all were', () => {
  let lost = 0;
  const at = noisy(
    { dedupe: { fields: ['a'], window: '1h', max_keys: 3 } },
    {
      lost: () => lost,
      heldBack: () => {},
    },
  );
  const order: number[] = [];
  for (let i = 0; i < 5_000; i++) {
    if (i === 2_500) {
      lost++;
      order.length = 0;
    }
    const key = i % 7 < 4 ? i : (order[i % 3] ?? i);
    const isKnown = order.includes(key);
    expect(at(0, { a: key })).toEqual(isKnown ? 'duplicate' : { a: key });
    if (isKnown) order.splice(order.indexOf(key), 1);
    order.push(key);
    if (order.length > 3) order.shift();
  }
});

test('what is held back is counted, and forgotten where events that passed were not kept', () => {
  let lost = 0;
  const counted: string[] = [];
  const noise = { lost: () => lost, heldBack: (...names: string[]) => counted.push(names.join(' ')) };
  const at = noisy({ dedupe: { fields: ['a'], window: '1h' } }, noise as Noise);
  at(0, { a: 1 });
  expect(at(1, { a: 1 })).toBe('duplicate');
  expect(counted).toEqual(['app.line dedupe']);
  lost++;
  expect(at(2, { a: 1 })).toEqual({ a: 1 });
});

test('long values are told apart by what they end with', () => {
  const at = noisy({ dedupe: { fields: ['a'], window: '1h' } });
  const same = 'a'.repeat(5_000);
  expect(at(0, { a: `${same}1` })).toBeTypeOf('object');
  expect(at(1, { a: `${same}2` })).toBeTypeOf('object');
  expect(at(2, { a: `${same}1` })).toBe('duplicate');
});

test.each(['dedupe', 'aggregate', 'throttle'])('%s takes no replay for a repetition', (name) => {
  const config = name === 'throttle' ? { fields: ['message'], limit: 1, per: '1h' } : { fields: ['message'] };
  const file = { name: 'app.line', title: 'A', match: { contains: 'app' }, processors: [{ [name]: config }] };
  const parser = readParser(JSON.stringify(file), 'a.yml', {});
  if ('issues' in parser) throw new Error(JSON.stringify(parser.issues));
  const normalise = createNormaliser({ parsers: () => createDispatch([parser]) });
  const record = recordOf('app line', 'auto');
  const outcome = (position: SourcePosition) => normalise({ ...record, position }, 'a').status;
  expect(outcome({ kind: 'none' })).toBe('ok');
  expect(outcome({ kind: 'none' })).toBe('dropped');
  expect(outcome({ kind: 'given', id: 'AAAAAAAAAAAAAAAAAAAAAA' })).toBe('ok');
});

test('what governance refuses holds back nothing, and is no repetition of anything', () => {
  const file = {
    ...{ name: 'app.line', title: 'A', match: { contains: 'app' } },
    processors: [{ dedupe: { fields: ['message'] } }],
  };
  const parser = readParser(JSON.stringify(file), 'a.yml', {});
  if ('issues' in parser) throw new Error(JSON.stringify(parser.issues));
  const classify = (source: string) => (source === 'a' ? { refused: 'nobody may' } : { dataClass: 'logs' });
  const normalise = createNormaliser({ classify, parsers: () => createDispatch([parser]) });
  const statuses = (source: string) =>
    [1, 2].map(() => normalise(recordOf('app line', 'auto'), source)).map((outcome) => outcome.status);
  expect(statuses('a')).toEqual(['dead_letter', 'dead_letter']);
  expect(statuses('b')).toEqual(['ok', 'dropped']);
});

test('a clock that was set back ends the window', () => {
  const at = noisy({ dedupe: { fields: ['a'], window: '10s' } });
  at(1_000, { a: 1 });
  expect(at(5, { a: 1 })).toEqual({ a: 1 });
});
