import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../../../test/any_text.ts';
import { fuzzRuns } from '../../../test/fuzz_runs.ts';
import { ownTime } from '../../../test/own_time.ts';
import { tryProcessor } from '../parsers/try.suite.ts';

const clean = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

/** A step of each processor that looks at what a record holds. */
const steps: Readonly<Record<string, unknown>> = {
  dissect: '%{a} %{b->} %{+b}:%{c}',
  grok: [
    '%{IP:source.ip} %{DATA:a} %{GREEDYDATA:b}x$',
    '%{URI:url.original} %{QS:a}',
    '%{TIMESTAMP_ISO8601:a} %{PATH:b}',
  ],
  regex: '(?<a>(?:\\S+ )+)(?<b>\\d+)$',
  json: { to: 'a' },
  kv: { to: 'a' },
  logfmt: { to: 'a' },
  csv: { columns: ['a', '', 'b'] },
  xml: { to: 'a' },
  cef: {},
  leef: {},
  syslog: {},
  clf: {},
  url: { field: 'message' },
  user_agent: { field: 'message' },
  registered_domain: { field: 'message', to: 'url' },
  date: {
    field: 'message',
    formats: ['ISO8601', 'UNIX', 'TAI64N', 'SYSLOG', 'EEE, dd MMM yyyy HH:mm:ss.SSS ZZ'],
  },
  split: { field: 'message', separator: '/[,;]\\s*/', to: 'a' },
  replace: { field: 'message', pattern: '/\\s+/', with: ' ' },
  convert: { message: 'long' },
  severity: { field: 'message', scheme: 'syslog' },
  cidr: { field: 'message', networks: ['192.0.2.0/24', '::/1'], set: { a: 1 } },
  fingerprint: { fields: ['message'], to: 'a' },
  parse: { field: 'message' },
  dedupe: { fields: ['message'] },
  sample: { rate: 0.5, fields: ['message'] },
  remember: { table: 'a', key: ['message'], fields: ['message'] },
  template: { a: '{message}{message}' },
  calculate: { a: 'message + 1' },
};

const million = 1_000_000;
const texts: Readonly<Record<string, string>> = {
  blanks: ' '.repeat(million),
  letters: 'a'.repeat(million),
  digits: '1'.repeat(million),
  quotes: '"'.repeat(million),
  backslashes: '\\'.repeat(million),
  'equal signs': '='.repeat(million),
  pairs: 'a=1 '.repeat(million / 4),
  'quoted pairs': 'a="1\\" '.repeat(million / 8),
  bars: 'CEF:0|'.padEnd(million, '|'),
  'keys of CEF': `CEF:0|a|b|c|d|e|5|${'a= b='.repeat(million / 5)}`,
  LEEF: `LEEF:2.0|a|b|c|d|^|${'a=b^'.repeat(million / 4)}`,
  'deep JSON': '{"a":'.repeat(million / 5),
  'deep lists': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  'wide JSON': `{${Array.from({ length: 30_000 }, (_, i) => `"k${i}":1`).join(',')}}`,
  'entities that grow': `<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "${'&b;'.repeat(1_000)}">]><a>${'&c;'.repeat(1_000)}</a>`,
  'deep XML': '<a>'.repeat(60_000),
  'attributes of XML': `<a ${Array.from({ length: 20_000 }, (_, i) => `b${i}="1"`).join(' ')}/>`,
  'an event of Windows': `<Event xmlns="x"><System>${'<a/>'.repeat(60_000)}`,
  addresses: '192.0.2.7 '.repeat(million / 10),
  colons: ':'.repeat(million),
  dots: 'a.'.repeat(million / 2),
  slashes: '/'.repeat(million),
  commas: ','.repeat(million),
  'a URL': `https://${'a@'.repeat(300_000)}:${'1'.repeat(100)}/?${'&'.repeat(100_000)}`,
  binary: String.fromCharCode(...Array.from({ length: 60_000 }, (_, i) => (i * 7_919) & 0xffff)),
  nulls: '\0'.repeat(million),
};

const cases = Object.entries(steps).flatMap(([name, config]) =>
  Object.entries(texts).map(([kind, text]) => [name, kind, config, text] as const),
);

test.each(cases)('%s takes a long text of %s in time', (name, _, config, message) => {
  const run = (): number => {
    const started = ownTime();
    tryProcessor({ [name]: config }, { message });
    return ownTime() - started;
  };
  // A slow text is slow each time; a busy machine is not.
  if (run() > 100) expect(Math.min(run(), run(), run())).toBeLessThan(100);
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(clean);
});

const pieces = fc.constantFrom(
  ...[
    '"',
    "'",
    '\\',
    '=',
    '|',
    ' ',
    '\t',
    '\n',
    ',',
    ':',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '&',
    '%',
    '^',
    '-',
    '__proto__',
  ],
  ...[
    'CEF:0|a|b|c|d|e|5|',
    'LEEF:1.0|a|b|c|d|',
    '<38>',
    '{"a":',
    '<a b="',
    'cs1Label=',
    'constructor=',
    '192.0.2.7',
    '::1',
  ],
  ...['Nov 21 09:08:01 ', '2026-11-21T09:08:01Z', '9'.repeat(20), '<Event><System>', 'https://'],
);
const text = fc.array(fc.oneof(pieces, anyText(6)), { maxLength: 30 }).map((all) => all.join(''));

test.each(Object.entries(steps))('%s answers any text, and reaches no prototype', (name, config) => {
  fc.assert(
    fc.property(text, (message) => {
      const { fields } = tryProcessor({ [name]: config }, { message });
      expect(() => JSON.stringify(fields)).not.toThrow();
      expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(clean);
    }),
    { numRuns: fuzzRuns(60) },
  );
});
