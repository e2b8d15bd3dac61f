import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { defined } from './definition.fixture.ts';
import { type FeatureDefinition, ungraded } from './definition.ts';
import { createEngine } from './engine.ts';
import { openKept } from './kept.ts';
import { findingsOf, recordOf } from './outcome.ts';
import type { Found } from './result.ts';
import { taken } from './taken.fixture.ts';
import type { Finding } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-new-values-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const minute = 60_000;
const start = Date.UTC(2026, 4, 4);
const definition = defined(`
id: new-destinations
title: New destinations
filter: 'event.category: network'
by: [source.ip]
interval: 1m
delay: 0s
forest: { trees: 10, sample: 32 }
features:
  - { name: destinations, aggregate: new, field: destination.ip, learn: 15m, direction: above, min_absolute: 1 }
`);

function open(file: string) {
  const engine = createEngine(openKept(file), (reason) => {
    throw new Error(reason);
  });
  engine.load({ definitions: [definition], normal: [], synthetic: [], memory: 2 ** 30 });
  return engine;
}

/** Eight hosts talk to the same twelve others in turn; one of them to somebody else in the 51st minute and from then on. */
const batches = Array.from({ length: 56 }, (_, step) =>
  taken(
    Array.from({ length: 8 }, (_, host) => {
      const odd = host === 3 && step >= 50;
      const ip = odd ? '203.0.113.9' : `198.51.100.${(step + host) % 12}`;
      const more = { source: { ip: `192.0.2.${host}` }, destination: { ip } };
      return { time: start + step * minute + host, category: 'network', more };
    }),
    step,
  ),
);
const all = (slices: Iterable<readonly Finding[]>): Finding[] => [...slices].flat();

it('tells of whom a host never talked to, by name and once, also after a crash', () => {
  const file = join(folder, 'a', 'detectors.db');
  const engine = open(file);
  const found = batches.map((batch, step) => {
    const findings = all(engine.take(batch));
    if (step === 46) engine.save();
    if (step === 48) cpSync(join(folder, 'a'), join(folder, 'b'), { recursive: true });
    return findings;
  });
  const alerts = found.flat().filter((one) => one.found !== undefined);
  expect(alerts.map(({ result }) => [result.entity, result.from, result.features])).toEqual([
    [
      ['192.0.2.3'],
      start + 50 * minute,
      [
        {
          ...{ name: 'destinations', actual: 1, expected: 0, examples: ['203.0.113.9'] },
          contribution: expect.closeTo(alerts[0]?.result.score ?? 0, 6),
        },
      ],
    ],
  ]);
  // Its first 15 minutes are only learnt, and 31 more not graded.
  expect(engine.state().detectors['new-destinations']).toMatchObject({ known: 8, graded: 8, furthest: 55 });
  const after = open(join(folder, 'b', 'detectors.db'));
  expect(after.positions.get(0)).toBe(47);
  expect(batches.slice(47).map((batch) => all(after.take(batch)))).toEqual(found.slice(47));
  after.close();
  engine.close();
});

it('shows values to readers of their own data class alone', () => {
  const engine = open(':memory:');
  const found = Array.from({ length: 54 }, (_, step) => {
    const at = start + step * minute;
    const to = (ip: string, dataClass: string, later: number) => ({
      ...{ time: at + later, category: 'network', dataClass },
      more: { source: { ip: '192.0.2.1' }, destination: { ip } },
    });
    const events = [to(`198.51.100.${step % 12}`, 'network', 9)];
    // The interval's newest event, and with it the entity, is of another class than one of the two new values.
    if (step === 50) events.unshift(to('203.0.113.8', 'finance', 1), to('203.0.113.9', 'network', 2));
    return all(engine.take(taken(events, step)));
  }).flat();
  const [{ result, found: alerted }] = found.filter((one) => one.found !== undefined) as [Finding];
  expect(result).toMatchObject({
    dataClass: 'network',
    features: [{ actual: 2, examples: ['203.0.113.9'] }],
  });
  const text = (dataClass: string) => new TextDecoder().decode(recordOf(definition, result, dataClass).value);
  expect([text('network'), text('scores')].map((record) => record.includes('203.0.113.9'))).toEqual([
    true,
    false,
  ]);
  const first = { ...result, dataClass: 'finance', from: result.from - minute };
  const both = findingsOf(definition, { ...(alerted as Found), count: 2, results: [first, result] });
  expect(JSON.stringify(both.matches[0])).toContain('203.0.113.9');
  expect(JSON.stringify(both.matches[1])).not.toContain('203.0.113.9');
  engine.close();
});

it('holds back until what is new has had its time as well, where others are looked at beside it', () => {
  const [destinations] = definition.features as [FeatureDefinition];
  const events: FeatureDefinition = { ...destinations, name: 'events', aggregate: 'count' };
  expect(ungraded({ ...definition, features: [events, destinations] })).toBe(ungraded(definition));
  expect(ungraded({ ...definition, features: [events] })).toBe(ungraded(definition) - 15);
});

it('knows the last 4,096 values of an entity, for as long as they are remembered', () => {
  const kept = openKept(':memory:');
  const texts = (from: number, to: number) =>
    new Set(Array.from({ length: to - from }, (_, i) => `2001:db8::${(from + i).toString(16)}`));
  const meet = (from: number, to: number, at: number, after = 0) =>
    kept.meet(1, 0, texts(from, to), { at, after }).length;
  expect([meet(0, 256, 1), meet(0, 256, 2), meet(0, 300, 3)]).toEqual([256, 0, 44]);
  for (let i = 1; i < 17; i++) meet(i * 256, (i + 1) * 256, 10 + i);
  // The newest stay, and what came first was forgotten to make room.
  expect([meet(4_000, 4_352, 40), meet(0, 256, 41)]).toEqual([0, 256]);
  // Of another entity nothing is known, and what did not come since counts as new.
  expect(kept.meet(2, 0, texts(4_000, 4_010), { at: 41, after: 0 })).toHaveLength(10);
  expect(meet(4_300, 4_310, 50, 45)).toBe(10);
  kept.close();
});
