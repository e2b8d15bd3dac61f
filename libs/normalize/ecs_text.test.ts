import { type EcsEvent, parseJson } from '@tidewatch/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownTime } from '../../test/own_time.ts';
import { type ParseContext, withFields } from './draft.ts';
import { ecsFields } from './ecs_fields.ts';
import { readEcsText } from './ecs_text.ts';
import { normalised, recordOf } from './normalised.suite.ts';
import { createNormaliser } from './normaliser.ts';
import { noDispatch } from './parsers/dispatch.ts';

const context: ParseContext = {
  source: 'test',
  received: 0,
  hints: {},
  clock: Date.UTC,
  warn: () => {},
  parsers: noDispatch,
};
const goesOn = (text: string): boolean => readEcsText(text, context) !== undefined;
const normalise = createNormaliser({ timeZone: 'UTC' });

/** The event of a text, or why there is none. */
function outcomeOf(text: string): unknown {
  const outcome = normalise(recordOf(text, 'json'), 'test');
  if (outcome.status !== 'ok') return outcome;
  // A parser that found a member twice would have kept one.
  expect(JSON.stringify(JSON.parse(outcome.value.json)).length).toBe(canonical(outcome.value.json).length);
  return inAnyOrder(JSON.parse(outcome.value.json) as EcsEvent);
}

/** Without the blanks that a sender wrote between its values. */
const canonical = (json: string): string => JSON.stringify(JSON.parse(json));

/** What an event says; the text beside it is kept of those that were parsed. */
function inAnyOrder(event: EcsEvent): EcsEvent {
  delete event.event.original;
  for (const values of Object.values((event.related ?? {}) as object)) (values as string[]).sort();
  return event;
}

const usual = {
  '@timestamp': '2026-11-21T09:08:01.250Z',
  message: 'GET /',
  ecs: { version: '8.11.0' },
  event: { kind: 'event', category: ['web'], action: 'request', dataset: 'shop.access' },
  host: { name: 'web1', ip: ['192.0.2.1', '2001:db8::1'] },
  source: { ip: '203.0.113.7', port: 443 },
  user: { name: 'alice' },
  http: { response: { status_code: 200 } },
  process: { hash: { md5: 'd41d8cd98f00b204e9800998ecf8427e' } },
  labels: { region: 'north' },
  tags: ['a'],
  shop: { basket: [{ price: 1.5 }, null, true] },
};
const text = JSON.stringify(usual);

it('what goes on as it stands is the same event as what is parsed', () => {
  expect(goesOn(text)).toBe(true);
  // A dot in a name makes it be parsed; names of labels lose theirs.
  const parsed = JSON.stringify({ ...usual, labels: undefined, 'labels.region': 'north' });
  expect(goesOn(parsed)).toBe(false);
  expect(inAnyOrder(normalised(text, 'json'))).toEqual(inAnyOrder(normalised(parsed, 'json')));
  expect(normalised(text, 'json')).toMatchObject({
    '@timestamp': usual['@timestamp'],
    event: { dataset: 'shop.access', module: 'shop', kind: 'event', action: 'request' },
    related: { user: ['alice'], ip: ['192.0.2.1', '2001:db8::1', '203.0.113.7'], hosts: ['web1'] },
    shop: usual.shop,
    tags: ['a'],
  });
});

it('says the same when a stage makes an object of it, its kind and tags too', () => {
  const sent = JSON.stringify({ ...usual, event: { ...usual.event, kind: 'alert' }, tags: ['a', 'b'] });
  const stages = [{ name: 'object', apply: withFields }];
  const outcome = createNormaliser({ timeZone: 'UTC', stages })(recordOf(sent, 'json'), 'test');
  if (outcome.status !== 'ok') throw new Error(outcome.status);
  const event = inAnyOrder(JSON.parse(outcome.value.json));
  expect(event).toEqual(inAnyOrder(normalised(sent, 'json')));
  expect(event).toMatchObject({ event: { kind: 'alert' }, tags: ['a', 'b'] });
});

it('a document that says all it says as ECS is not kept a second time as text', () => {
  expect(normalised(text, 'json').event.original).toBeUndefined();
});

it.each([
  ['a type that is wrong', { ...usual, source: { ip: 'localhost' } }],
  ['a time that is cut to milliseconds', { ...usual, '@timestamp': '2026-11-21T09:08:01.123456789Z' }],
  ['a time of another zone', { ...usual, '@timestamp': '2026-11-21T10:08:01+01:00' }],
  ['a data set that is none', { ...usual, event: { dataset: 'Shop Access' } }],
  ['another module', { ...usual, event: { dataset: 'shop.access', module: 'web' } }],
  ['its own receipt', { ...usual, event: { ingested: '2026-11-21T10:08:01Z' } }],
  ['a namespace that is Tidewatch’s', { ...usual, tidewatch: { note: 'x' } }],
  ['two spellings of a name', { ...usual, 'host.name': 'other' }],
  ['a name that is left out', JSON.parse(`{"ecs":{},"__proto__":{"x":1}}`)],
])('of a document with %s the text is kept', (_, document) => {
  const sent = JSON.stringify(document);
  expect(normalised(sent, 'json').event.original).toBe(sent);
});

it('a document of very many addresses takes no longer than its size', () => {
  const ip = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  const started = ownTime();
  const event = normalised({ ecs: {}, host: { ip } });
  expect(ownTime() - started).toBeLessThan(2_000);
  expect((event.related as { ip: string[] }).ip).toEqual(ip);
});

it('made-up names of one sender are soon forgotten', () => {
  const names = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]));
  expect(goesOn(JSON.stringify({ ecs: {}, ...names }))).toBe(false);
  expect(goesOn(JSON.stringify({ ecs: {}, ['n'.repeat(1_000)]: 1 }))).toBe(false);
  expect(goesOn(text)).toBe(true);
});

it.each([
  [
    'blanks between values',
    text.replaceAll(':', ' : ').replaceAll(',"', ' , "').replace('09 : 08 : 01', '09:08:01'),
    false,
  ],
  ['blanks', '{ "event" : { "kind" : "event" } , "a" : [ 1 , -2.5 ] }', true],
  ['simple escapes', '{"event":{},"message":"a\\"b\\\\","x":"\\b\\f\\n\\r\\t"}', true],
  ['an escape that is none', '{"event":{},"a":"\\/"}', false],
  ['a text that ends in a backslash', '{"event":{"category":"x"},"message":"C:\\\\"}', true],
  ['another sender’s own tags', '{"event":{},"a":1,"tags":["x","y"]}', true],
  ['an escape by number', '{"event":{},"a":"\\u0041"}', false],
  ['an unknown escape', '{"event":{},"a":"\\q"}', false],
  ['a control character', '{"event":{},"a":"\t"}', false],
  ['a line end', '{"event":{},\n"a":1}', false],
  ['a name given twice', '{"event":{},"a":1,"a":2}', false],
  ['a name given twice below', '{"event":{},"a":{"b":1,"b":2}}', false],
  ['a name with an escape', '{"event":{},"a\\"":1}', false],
  ['a dotted name', '{"event":{},"host.name":"a"}', false],
  ['a hostile name', '{"event":{},"a":{"constructor":1}}', false],
  ['the sender’s own id', '{"event":{"id":"7"},"a":1}', false],
  ['its own related', '{"event":{},"related":{"ip":["192.0.2.1"]}}', false],
  ['a Windows event', '{"event":{"code":"1"},"winlog":{"channel":"x"}}', false],
  ['a number as text', '{"event":{},"source":{"port":"443"}}', false],
  ['a fraction for a whole number', '{"event":{},"source":{"port":1.5}}', false],
  ['an object for a text', '{"event":{},"host":{"name":{"a":1}}}', false],
  ['a text for an object', '{"event":{},"host":"web1"}', false],
  ['null in an array of texts', '{"event":{},"host":{"ip":[null]}}', false],
  ['an address in another form', '{"event":{},"source":{"ip":"::ffff:192.0.2.1"}}', false],
  ['a label that is no text', '{"event":{},"labels":{"a":1}}', false],
  ['a time that is none', '{"@timestamp":"noon","event":{},"a":1}', false],
  ['a number with an exponent', '{"event":{},"a":1e3}', false],
  ['a number that begins with nought', '{"event":{},"a":01}', false],
  ['more digits than doubles hold', '{"event":{},"a":12345678901234567}', false],
  ['half a document', '{"event":{},"a":[1', false],
  ['a comma too many', '{"event":{},"a":1,}', false],
  ['a comma missing', '{"event":{} "a":1}', false],
  ['more behind it', '{"event":{},"a":1}}', false],
  ['no ECS', '{"a":1}', false],
  [
    'a line in a shipper’s envelope',
    '{"event":{},"agent":{"name":"x"},"message":"<38>Nov 21 09:08:01 h sshd[1]: x"}',
    false,
  ],
])('%s', (_, document, expected) => expect(goesOn(document)).toBe(expected));

const paths = Object.values(ecsFields).flatMap((fields) => fields.split(' '));
const value = fc.oneof(
  fc.constantFrom(
    null,
    true,
    443,
    1.5,
    -0,
    1e21,
    '443',
    'x"\\',
    'é',
    '',
    '192.0.2.1',
    '::ffff:1.2.3.4',
    'true',
  ),
  fc.constantFrom(
    [],
    ['a'],
    [1, 'a'],
    [null],
    {},
    { a: 1 },
    { 'a.b': 'c' },
    [{ a: 'b' }],
    '2026-11-21T09:08:01Z',
  ),
  fc.string(),
);
const more = [
  'event.id',
  'event.kind',
  'event.created',
  'event.dataset',
  'labels.a',
  'tags',
  'tidewatch.x',
  'x.y',
  'message',
];
const members = fc.array(fc.tuple(fc.constantFrom(...paths, ...more, ...more), value), { maxLength: 6 });

it('no document goes on as it stands that the parser would have changed', () => {
  let sent = 0;
  fc.assert(
    fc.property(members, fc.constantFrom(undefined, ' ', '\n'), (pairs, blank) => {
      const document: Record<string, unknown> = { ecs: { version: '8' } };
      for (const [path, given] of pairs) nest(document, path.split('.'), given);
      const written = JSON.stringify(document, null, blank).replaceAll(blank === ' ' ? '\n' : '\0', '');
      if (!parseJson(written).ok || !goesOn(written)) return;
      sent++;
      // A dotted name at its end makes it be parsed, and is left out again.
      const other = `${written.slice(0, -1)},"zz.y":0}`;
      const { zz: _, ...event } = outcomeOf(other) as Record<string, unknown>;
      expect(outcomeOf(written)).toEqual(event);
    }),
    { numRuns: 2_000 },
  );
  expect(sent).toBeGreaterThan(200);
});

function nest(
  target: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  given: unknown,
): void {
  if (rest.length === 0) target[name] = given;
  else {
    const inner = target[name];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) target[name] = {};
    nest(target[name] as Record<string, unknown>, rest, given);
  }
}
