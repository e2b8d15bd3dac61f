import type { JsonObject } from '@tidewatch/event';
import { and, type KqlField, type KqlNode, type KqlValue, not, or } from '@tidewatch/query';
import fc from 'fast-check';

const scalars = [
  ...[
    'web',
    'Web',
    'WEB-01',
    'ÄÖ',
    'äö',
    'ΑΣ',
    'ας',
    'İ',
    'a b',
    'b',
    '',
    ' ',
    'a_b',
    '50%',
    'C:\\temp',
    '"q"',
    "it's",
    'x\ny',
    '\0',
    '\x01b',
    'x\vy',
    '😀',
    '😀x',
  ],
  ...['443', '7', '7.5', '-1', '1e3', '007', 'true', 'null', '[1]', '{"a":1}', 'now', 'now-1d'],
  ...[
    '10.0.0.1',
    '10.0.0.255',
    '192.168.1.1',
    '::1',
    '::ffff:10.0.0.1',
    '2001:db8::1',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '999.1.1.1',
    'fe80:::1',
  ],
  ...[
    '2024-05-15',
    '2024-05-15T11:00:00Z',
    '2024-05-15 13:00:00.5+02:00',
    '2024-02-30',
    '2024-05-14T23:59:59.999Z',
    '2024-05-15T11:00',
  ],
  ...[0, 7, 7.5, -1, 443, 1e21, 1000, 123456789012, 0.1, true, false, null],
];
const text = scalars.filter((scalar) => typeof scalar === 'string' && scalar !== '') as string[];
const sentences = [
  'Failed password for Bob',
  'failed',
  'password_for bob',
  'äöü über',
  'x-failed-y',
  'Failed\npassword',
  '10.0.0.1: failed!',
  'faıled',
];

const scalar = fc.constantFrom(...scalars);
const leaf = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
);
const small: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom('a', 'b', 'ip'), leaf, {
  maxKeys: 3,
}) as fc.Arbitrary<JsonObject>;
const anything = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 2, arbitrary: small },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(small, scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
  },
);
const anyShape = fc.record(
  {
    host: fc.record({ name: anything, ip: anything }, { requiredKeys: [] }),
    source: fc.record({ ip: anything, port: anything }, { requiredKeys: [] }),
    message: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...sentences) }, anything),
    a: anything,
    b: fc.oneof(small, fc.array(small, { maxLength: 2 })),
    c: fc.record(
      { 'a"\\.b': anything, '': anything, b: fc.array(small, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;
const pairs = fc.record({ name: leaf, ip: leaf }, { requiredKeys: [] });
const oneShape = fc.record(
  {
    host: pairs,
    source: fc.record({ ip: leaf, port: leaf }, { requiredKeys: [] }),
    message: fc.constantFrom(...sentences),
    a: leaf,
    b: fc.oneof(small, fc.array(small, { maxLength: 2 })),
    c: fc.record({ b: fc.array(small, { maxLength: 2 }) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

/**
 * Documents of the corpus. `any`: whatever JSON can be; `one`: a path holds plain values in all documents or objects in
 * all, no array stands in an array, and no name is empty or holds a dot.
 */
export type Shapes = 'any' | 'one';
export const randomDocuments: Readonly<Record<Shapes, fc.Arbitrary<JsonObject>>> = {
  any: anyShape,
  one: oneShape,
};
/** Where the first value decides about a field's type, each type has one. */
export const firstDocument: JsonObject = {
  host: { name: 'web', ip: '10.0.0.1' },
  source: { ip: '::1', port: 443 },
  b: { a: 7, b: true, ip: '10.0.0.255' },
  c: { b: [{ a: 7.5, b: 'x' }] },
};

const path = fc.constantFrom(
  'host.name',
  'host.ip',
  'source.ip',
  'source.port',
  'message',
  'a',
  'b',
  'b.a',
  'b.ip',
  'c.b.a',
  'c',
  'c.a"\\.b',
  'c..b',
  'a.a',
  'host',
  'zz',
  '@timestamp',
  'a.0',
);
const field = fc.oneof<fc.Arbitrary<KqlField>[]>(
  { weight: 5, arbitrary: path } as never,
  fc.constantFrom(
    { parts: ['host.', ''] },
    { parts: ['', 'ip'] },
    { parts: ['', '.a', ''] },
    { parts: ['c', 'b', ''] },
    { parts: ['zz', ''] },
  ),
);
const fragment = fc.oneof(
  fc.constantFrom(...text),
  fc.constantFrom('w', 'e', 'a', '.', '0', 'fail', 'ed', 'pass', 'Ä', '_', ' ', '%', '\\', '10.'),
);
const parts = fc.oneof(
  fragment.map((part) => [part, '']),
  fragment.map((part) => ['', part]),
  fragment.map((part) => ['', part, '']),
  fc.tuple(fragment, fragment).map(([first, last]) => [first, last]),
  fc.tuple(fragment, fragment).map(([first, last]) => ['', first, last, '']),
);
const value = fc.oneof<fc.Arbitrary<KqlValue>[]>(
  fc
    .oneof(
      fc.constantFrom(...text, ...sentences),
      fc.constantFrom('10.0.0.0/8', '::/0', '2001:db8::/33', '0.0.0.0/0', 'fail', 'Failed', 'bob', '.', 'x'),
    )
    .map((literal) => ({ type: 'literal', text: literal })),
  parts.map((all) => ({ type: 'wildcard', parts: all })),
  fc
    .array(fc.constantFrom('failed', 'bob', 'a', 'b', 'web', 'zzz'), { minLength: 2, maxLength: 3 })
    .map((words) => ({ type: 'words', words })),
  fc
    .tuple(
      fc.constantFrom(
        '^w',
        'fail.d',
        'd$',
        '\\d+',
        '[a-c]{1,2}',
        '\\s',
        '^\\w+$',
        '\\bbob\\b',
        'ä',
        '.x',
        '[^\\d]',
        '\\p{Lu}',
        'B|w',
      ),
      fc.boolean(),
    )
    .map(([source, ignoreCase]) => ({ type: 'regex', source, ignoreCase })),
);
const bound = fc.constantFrom(
  '7',
  '7.5',
  '443',
  '-5',
  'a',
  'web',
  'Ä',
  '😀',
  '2024-05-15',
  '2024-05-15T11:00:00Z',
  'now',
  'now-1h',
  'now/d',
  'now-1M/M',
  '10.0.0.1',
);
const operator = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const);
const leafNode = (paths: fc.Arbitrary<KqlField>, bare: boolean) =>
  fc.oneof<fc.Arbitrary<KqlNode>[]>(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('is' as const),
        field: bare ? fc.option(paths, { freq: 5 }) : paths,
        value,
      }),
    } as never,
    fc.record({ kind: fc.constant('exists' as const), field: paths }),
    fc.record({ kind: fc.constant('range' as const), field: paths, operator, value: bound }),
  );
const combined = (leafs: fc.Arbitrary<KqlNode>) =>
  fc.letrec<{ node: KqlNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2 },
      leafs,
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(and),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(or),
      tie('node').map(not),
    ),
  })).node;
const nested = fc.record({
  kind: fc.constant('nested' as const),
  field: fc.constantFrom('b', 'c.b', 'a', 'c', 'host'),
  child: combined(leafNode(fc.constantFrom('a', 'b', 'ip', 'b.a'), false)),
});
export const randomQuery = combined(
  fc.oneof<fc.Arbitrary<KqlNode>[]>({ weight: 6, arbitrary: leafNode(field, true) } as never, nested),
);
