import type { Json, JsonObject } from '@tidewatch/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigmaEngine } from './engine.ts';
import { engineOf, ruleWith } from './engine_fixture.ts';
import { isWide, Latin1 } from './event/texts.ts';
import { fold } from './fold.ts';
import { parseRuleFile } from './parse.ts';
import type { Item } from './rule.ts';
import { createSubstringFinder } from './substring_finder.ts';

const word = fc.stringMatching(/^[abAB\\ *?\u03a3\u0130-]{0,6}$/);
const modifiers = fc.constantFrom(
  ...[
    '',
    '|contains',
    '|startswith',
    '|endswith',
    '|contains|all',
    '|cased',
    '|neq',
    '|windash',
    '|contains|cased',
  ],
  ...['|re', '|base64offset|contains', '|exists', '|gt', '|fieldref', '|wide|contains'],
);
const field = fc.constantFrom('f', 'g', 'h.i');

function valueFor(modifier: string): fc.Arbitrary<Json> {
  if (modifier === '|exists') return fc.boolean();
  if (modifier === '|gt') return fc.integer({ min: 0, max: 3 });
  if (modifier === '|fieldref') return field;
  if (modifier === '|re') return fc.constantFrom('a+', '^b', '[ab]$', 'ab?');
  if (modifier.includes('base64')) return fc.constantFrom('ab', 'abab', 'ba ab');
  if (modifier === '') return fc.oneof(word, fc.integer({ min: 0, max: 3 }), fc.constant(null));
  return word;
}

const item = fc
  .tuple(field, modifiers)
  .chain(([name, modifier]) =>
    fc.tuple(
      fc.constant(`${name}${modifier}`),
      fc.oneof(valueFor(modifier), fc.array(valueFor(modifier), { minLength: 1, maxLength: 3 })),
    ),
  );
const map = fc
  .array(item, { minLength: 1, maxLength: 3 })
  .map((items) => Object.fromEntries(items) as JsonObject);
const keywords = fc.array(fc.stringMatching(/^[ab]{1,5}$/), { minLength: 1, maxLength: 2 });
const selection: fc.Arbitrary<Json> = fc.oneof(map, fc.array(map, { minLength: 1, maxLength: 2 }), keywords);
const condition = fc.constantFrom(
  ...[
    'x',
    'not x',
    'x and y',
    'x or y',
    'x and not y',
    'not x or y',
    '1 of them',
    'all of them',
    'x and (y or not z)',
    'not 1 of them',
  ],
);
const logsource = fc.constantFrom<JsonObject>(
  { product: 'p' },
  { category: 'webserver' },
  { product: 'linux' },
);
const rule = fc.record({ logsource, x: selection, y: selection, z: selection, condition });

const scalar = fc.oneof(
  fc.stringMatching(/^[abAB\\ /\u03a3\u03c2i-]{0,12}$/),
  fc.integer({ min: 0, max: 5 }),
  fc.constant(null),
  fc.boolean(),
);
const fieldValue: fc.Arbitrary<Json> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
const event = fc
  .record(
    {
      f: fieldValue,
      g: fieldValue,
      h: fc.record({ i: fieldValue }),
      event: fc.constant({ dataset: 'nginx.access' }),
    },
    { requiredKeys: [] },
  )
  .map((value) => value as JsonObject);

describe('the index', () => {
  it('finds what a full scan finds, for any rules and events', () => {
    let hits = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        fc.array(event, { minLength: 1, maxLength: 6 }),
        (drafts, events) => {
          const rules = drafts.flatMap(({ logsource: source, condition: text, ...selections }, i) => {
            const document = {
              title: `r${i}`,
              id: `r${i}`,
              logsource: source,
              detection: { ...selections, condition: text },
            };
            // A random rule may be one that is refused.
            return parseRuleFile(JSON.stringify(document), 'r.yml').rules;
          });
          const engine = createSigmaEngine(rules);
          for (const each of events) {
            const found = engine.evaluate(each).map(({ rule: { id } }) => id);
            hits += found.length;
            expect(found).toEqual(engine.scan(each).map(({ rule: { id } }) => id));
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(hits).toBeGreaterThan(100);
  });

  it('finds every text that is inside another', () => {
    const letters = fc.constantFrom(...'abAB\u00e9\u00c9\u0161\u0160kK\u212a');
    const text = (minLength: number, maxLength: number) => fc.string({ unit: letters, minLength, maxLength });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.array(text(0, 5), { minLength: 1, maxLength: 12 }),
        text(0, 40),
        (shortest, endings, whole) => {
          const parts = [...new Set(endings.map((each) => fold(each.padStart(shortest, 'ab'))))];
          const found = new Set<number>();
          const finder = createSubstringFinder(new Map(parts.map((part, i) => [part, [i]])), ['abab']);
          const add = (number: number) => found.add(number);
          const isIn = parts.map((part) => fold(whole).includes(part));
          if (isWide(whole)) finder.scanFolded(fold(whole), add);
          else finder.scan(new Latin1(Buffer.from(whole, 'latin1')), 0, whole.length, add);
          parts.forEach((part, i) => {
            if (isIn[i] || !isWide(part + whole)) expect(found.has(i), part).toBe(isIn[i]);
          });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('fold', () => {
  it('keeps the length of any text, and folds twice as once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fold(text)).toHaveLength(text.length);
        expect(fold(fold(text))).toBe(fold(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the engine', () => {
  it('gives rules in their order, and none of another log source', () => {
    const two = ['b', 'a']
      .map((id) => ruleWith('  s:\n    f: x\n  condition: s').replace('rule-1', id))
      .join('---\n');
    expect(
      engineOf(two)
        .evaluate({ f: 'x' })
        .map(({ rule: { id } }) => id),
    ).toEqual(['b', 'a']);
    expect(engineOf(two).evaluate({ f: 'x', host: { os: { type: 'linux' } } })).toEqual([]);
  });

  it('does not mix up events: what one has, the next has not', () => {
    const engine = engineOf(ruleWith('  s:\n    f: x\n  n:\n    g: null\n  condition: s and n'));
    expect(engine.evaluate({ f: 'x', g: 1 })).toHaveLength(0);
    expect(engine.evaluate({ f: 'x' })).toHaveLength(1);
    expect(engine.evaluate({ g: 1 })).toHaveLength(0);
  });

  it('lives through hostile keys and values', () => {
    const engine = engineOf(ruleWith('  s:\n    f|contains: x\n    __proto__.y: z\n  condition: s'));
    const hostile = JSON.parse(
      '{"__proto__": {"y": "z"}, "constructor": 1, "f": {"a": {"b": ["x"]}}, "event": 5, "winlog": [], "Event": null}',
    );
    expect(() => engine.evaluate(hostile)).not.toThrow();
    expect(engine.evaluate({ f: 'x', winlog: null, user: 'x', process: [], host: 3 })).toEqual([]);
  });

  it('cuts a long value before a regular expression, and finds plain text anywhere', () => {
    const long = `${'a'.repeat(70_000)}needle`;
    expect(engineOf(ruleWith('  s:\n    f|re: needle\n  condition: s')).evaluate({ f: long })).toHaveLength(
      0,
    );
    expect(
      engineOf(ruleWith('  s:\n    f|contains: needle\n  condition: s')).evaluate({ f: long }),
    ).toHaveLength(1);
  });

  it('suspends a rule that throws, tells of it once, and goes on', () => {
    const { rules } = parseRuleFile(
      ['a', 'b']
        .map((id) => ruleWith('  s:\n    f|contains: x\n  condition: s').replace('rule-1', id))
        .join('---\n'),
      'r.yml',
    );
    const broken = structuredClone(rules[0]!);
    const item = broken.detection.selections.get('s')! as Item;
    Object.assign(item.values[0]!, { pattern: { kind: 'regex', source: '(', flags: '' } });
    const faults: string[] = [];
    const engine = createSigmaEngine([broken, rules[1]!], { onFault: ({ id }) => faults.push(id) });
    for (let i = 0; i < 2; i++) engine.evaluate({ f: 'x' });
    expect(engine.evaluate({ f: 'x' }).map(({ rule: { id } }) => id)).toEqual(['b']);
    expect(faults).toEqual(['a']);
  });
});
