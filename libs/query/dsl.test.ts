import { expect, it } from 'vitest';
import { type DslLayout, type DslType, toDsl } from './dsl.ts';
import { parseKql } from './parse.ts';
import { TooManyFieldsError } from './sql_layout.ts';

const types = new Map<string, DslType>([
  ['host.name', 'keyword'],
  ['host.ip', 'address'],
  ['source.port', 'number'],
  ['@timestamp', 'date'],
  ['event.created', 'date'],
  ['message', 'words'],
  ['host', 'object'],
]);
const layout: DslLayout = {
  type: (path) => types.get(path),
  paths: () => [...types.keys()].filter((path) => path !== 'host'),
  texts: ['message', 'tidewatch.words'],
};

function bounds(text: string, over: DslLayout = layout) {
  const parsed = parseKql(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return toDsl(parsed.ast, { now: Date.UTC(2024, 4, 15), layout: over });
}

it.each([
  ['host.name: Web-K', { regexp: { 'host.name': { value: '[wW][eE][bB]\\-[kK\u212a]' } } }],
  ['host.name: *.local', { regexp: { 'host.name': { value: '.*\\.[lL][oO][cC][aA][lL]' } } }],
  ['host.ip: 10.*', { bool: expect.anything() }],
  ['@timestamp >= now-1d', { range: { '@timestamp': { gte: 1_715_644_800_000, format: 'epoch_millis' } } }],
  ['message: "failed password"', { match_phrase: { message: { query: 'failed password' } } }],
  ['message: fail*', { regexp: { message: { value: 'fail.*' } } }],
  ['no.such: x', { match_none: {} }],
  ['not no.such: x', { match_all: {} }],
  ['host: x', { match_none: {} }],
])('asks the index for %s', (text, sure) => {
  expect(bounds(text).sure).toEqual(sure);
});

it.each([
  'host.name: web',
  'host.ip: 10.0.0.0/8',
  'host.*: web',
  'not host.name: w*b and @timestamp < now',
  'failed and "failed password"',
  'host.name: * and source.port: *',
])('leaves nothing of %s to the predicate', (text) => {
  const { may, sure } = bounds(text);
  expect(may).toBe(sure);
});

it.each([
  'source.port: 443',
  'source.port > 7',
  'event.created < now',
  'host.name: /w.b/',
  'host.name > a',
  'host.name: 2024-05-01',
  'message: "x!"',
  'host: *',
  'host: { name: web and not ip: 10.0.0.1 }',
])('leaves what it cannot tell about %s to the predicate', (text) => {
  const { may, sure } = bounds(text);
  expect(may).not.toEqual(sure);
  const opposite = bounds(`not (${text})`);
  expect(opposite.may).not.toEqual(opposite.sure);
});

it('keeps long values within what Lucene reads as a regex', () => {
  const { may, sure } = bounds(`host.name: "${'x'.repeat(3_000)}"`);
  const [[, { value }]] = Object.entries(may.regexp as object) as [[string, { value: string }]];
  expect(value.length).toBeLessThanOrEqual(1_000);
  expect(sure).toMatchObject({ term: { 'host.name': { case_insensitive: true } } });
});

it('refuses a pattern that fits too many fields', () => {
  const paths = () => Array.from({ length: 300 }, (_, i) => `a.${i}`);
  expect(() => bounds('a.*: x', { ...layout, paths })).toThrow(TooManyFieldsError);
});

it.each([
  ['/^w.b$/', '((w.b))', true],
  ['/-e(nc)?\\s/i', undefined, true],
  ['/ks/i', undefined, true],
  ['/\\bweb/', undefined, false],
  ['/\\p{Lu}x/', undefined, false],
  ['/x[A-Za-z]{20,}y/', undefined, false],
])('writes the regex %s as Lucene reads it', (regex, source, exact) => {
  const { may, sure } = bounds(`host.name: ${regex}`);
  if (source !== undefined) expect(may).toEqual({ regexp: { 'host.name': { value: source } } });
  expect(sure !== may && JSON.stringify(sure).includes('match_none')).toBe(!exact);
});

it('asks for many values at once', () => {
  for (const field of ['host.name', 'message', 'source.port', 'host.ip']) {
    const { may } = toDsl(
      {
        kind: 'or',
        children: Array.from({ length: 3_000 }, (_, i) => ({
          kind: 'is',
          field,
          value: { type: 'literal', text: field === 'source.port' ? `${i}` : `v${i}` },
        })),
      },
      { now: 0, layout },
    );
    expect(JSON.stringify(may).split('{"').length, field).toBeLessThan(200);
  }
});

it.each(['no.such: x', 'no.*: x', 'any', 'no.such: *', 'no.such > 1', 'not no.such: x'])(
  'leaves %s to the predicate where not all is indexed',
  (text) => {
    const { may, sure } = bounds(text, { ...layout, hasUnindexed: true });
    expect(may).toEqual({ match_all: {} });
    expect(sure).not.toEqual(may);
    // What the index knows it knows there, too.
    const known = bounds('host.name: web', { ...layout, hasUnindexed: true });
    expect(known).toEqual(bounds('host.name: web'));
  },
);
