import { readHead } from '@tidewatch/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { receivedAt, recordOf } from './normalised.suite.ts';
import { createNormaliser } from './normaliser.ts';

const normalise = createNormaliser({ timeZone: 'UTC' });

/** The JSON of a line's event: what a parser wrote is what `JSON.stringify` would, no member twice. */
function written(line: string, hints = {}, source = 'test'): string | undefined {
  const outcome = normalise(recordOf(line, 'auto', hints), source);
  if (outcome.status !== 'ok') return undefined;
  const { head, json } = outcome.value;
  expect(JSON.stringify(JSON.parse(json))).toBe(json);
  expect(readHead(Buffer.from(json))).toEqual(head);
  return json;
}

const word = fc.oneof(
  fc.constantFrom(
    'root',
    'a"b',
    'a\\b',
    '-',
    'é',
    '192.0.2.7',
    '2001:db8::1',
    '::ffff:192.0.2.7',
    'CASE.example',
    'x\ty',
  ),
  fc.string({ maxLength: 12 }),
);
const port = fc.nat(70_000).map(String);
const lineOf = (parts: readonly string[], ...values: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...values).map((given) => parts.map((part, i) => part + (given[i] ?? '')).join(''));

const sshd = fc.oneof(
  lineOf(['Failed password for ', ' from ', ' port ', ' ssh2'], word, word, port),
  lineOf(['Accepted publickey for invalid user ', ' from ', ' port ', ' ssh2: ', ''], word, word, port, word),
  lineOf(['Invalid user ', ' from ', ' port ', ''], word, word, port),
  lineOf(['Connection closed by authenticating user ', ' ', ' port ', ' [preauth]'], word, word, port),
  lineOf(['Received disconnect from ', ' port ', ':11: ', ''], word, port, word),
  lineOf(['pam_unix(sshd:session): session opened for user ', '(uid=', ') by ', ''], word, port, word),
  lineOf(['pam_unix(sshd:auth): authentication failure; logname= rhost=', '  user=', ''], word, word),
  lineOf(['message repeated 3 times: [ Failed password for ', ' from 192.0.2.7 port 1 ssh2]'], word),
  word,
);
const syslog = fc
  .tuple(fc.constantFrom('', '<38>', '<38>1 '), fc.constantFrom('web', 'WEB', '192.0.2.9'), sshd)
  .map(([pri, host, message]) => `${pri}Nov 21 09:08:01 ${host} sshd[7]: ${message}`);
const access = lineOf(
  ['', ' - ', ' [21/Nov/2026:09:08:01 +0000] "', ' ', ' HTTP/1.1" 200 ', ' "', '" "', '"'],
  word,
  word,
  fc.constantFrom('GET', 'CONNECT', 'x'),
  fc.oneof(word, fc.constantFrom('/a.php?b=c', 'https://u@h.example:8/p')),
  fc.constantFrom('512', '-', ''),
  word,
  word,
);

it('is well-formed, whatever a line holds', () => {
  const hints = fc.constantFrom({}, { path: '/var/log/é' }, { path: '/var/log/a' }, { peer: '192.0.2.1' });
  fc.assert(
    fc.property(fc.oneof(syslog, access), hints, fc.constantFrom('dc1', 'a"b'), (line, hint, source) => {
      written(line, hint, source);
      written(`{"message":${JSON.stringify(line)},"agent":{"name":"x"}}`, hint, source);
    }),
    { numRuns: 500 },
  );
});

it('reads a stamp by day and zone of its receipt, after whatever stamp it comes', () => {
  const normalisers = ['UTC', 'Europe/Athens'].map((timeZone) => createNormaliser({ timeZone }));
  const stamp = fc.constantFrom(
    'Nov 21 09:08:01',
    'Nov 23 09:08:01',
    'Nov 24 00:00:00',
    'Feb 29 01:02:03',
    'Nov 31 01:02:03',
  );
  const place = fc.tuple(
    stamp,
    fc.nat(3 * 86_400_000),
    fc.nat(1),
    fc.constantFrom('', '2025 ', 'EST ', '+02 '),
  );
  fc.assert(
    fc.property(fc.array(place, { maxLength: 8 }), (places) => {
      for (const [text, later, zone, suffix] of places) {
        const [small, capital] = ['web', 'Web'].map((host) => {
          const record = recordOf(`${text} ${suffix}${host} sshd[7]: x`);
          const outcome = normalisers[zone]?.({ ...record, received: receivedAt + later }, 'test');
          return outcome?.status === 'ok' ? outcome.value.head.time : undefined;
        });
        // A capital letter might begin a zone: such a line is read anew.
        expect(small).toBe(capital);
      }
    }),
    { numRuns: 200 },
  );
});
