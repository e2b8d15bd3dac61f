import { type EcsEvent, type EncodedEvent, leaves, type Outcome, readHead } from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzRuns } from '../../test/fuzz_runs.ts';
import { ownTime } from '../../test/own_time.ts';
import { recordOf } from './normalised.suite.ts';
import { createNormaliser } from './normaliser.ts';

const normalise = createNormaliser({ timeZone: 'UTC' });
const formats = fc.constantFrom('auto', 'json', 'syslog', 'text' as const);
const clean = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

function timed(record: RawRecord): [outcome: Outcome<EncodedEvent>, ms: number] {
  const start = ownTime();
  const outcome = normalise(record, 'fuzz');
  return [outcome, ownTime() - start];
}

/** Handles a record as an input would, and checks what must hold for any. */
function survives(content: Uint8Array | string, format: 'auto' | 'json' | 'syslog' | 'text'): void {
  const record = recordOf(content, format, { peer: '192.0.2.1' });
  const [outcome, took] = timed(record);
  // A slow record is slow each time; a busy machine is not.
  if (took > 100) expect(Math.min(timed(record)[1], timed(record)[1], timed(record)[1])).toBeLessThan(100);
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(clean);
  if (outcome.status !== 'ok') return;
  const { head, json } = outcome.value;
  const event = JSON.parse(json) as EcsEvent;
  expect(event['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(event.tidewatch).toEqual({ source: 'fuzz', data_class: 'unapproved' });
  expect(event.event.dataset).toMatch(/^[a-z\d_][a-z\d_.-]*$/);
  for (const [path] of leaves(event)) expect(path.split('.')).not.toContain('__proto__');
  expect(readHead(Buffer.from(json))).toEqual(head);
}

const lines = [
  '<38>Nov 21 09:08:01 web1 sshd[4123]: Failed password for invalid user admin from 203.0.113.7 port 50022 ssh2',
  '<86>Nov 21 09:08:01 web1 sudo:   bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/cat /etc/shadow',
  '<14>1 2026-11-21T09:08:01.5+01:00 h app 7 ID [a@1 b="c\\"d"][e f="g"] text',
  'Nov 21 09:08:01 gw1 kernel: [UFW BLOCK] IN=eth0 OUT= MAC=52:54 SRC=203.0.113.9 DST=192.0.2.4 LEN=60 PROTO=TCP SPT=1 DPT=22',
  '203.0.113.7 - - [21/Nov/2026:10:08:01 +0100] "GET /a?b=\\x22 HTTP/1.1" 200 5316 "https://x/" "curl/8.5.0"',
  '<86>Nov 21 09:08:01 h useradd[1]: new user: name=eve, UID=1004, GID=1004, home=/home/eve',
  '<30>Nov 21 09:08:01 h systemd[1]: backup.service: Main process exited, code=exited, status=1/FAILURE',
  'type=SYSCALL msg=audit(1795252081.123:45): arch=c000003e syscall=42 success=yes items=1 pid=7 uid=0 comm="a" key=(null)\ntype=SOCKADDR msg=audit(1795252081.123:45): saddr=0A0001BB0000000020010DB800000000000000000000000700000000\ntype=PATH msg=audit(1795252081.123:45): item=0 name="/a" nametype=CREATE',
  'type=USER_CMD msg=audit(1795252081.123:46): pid=7 uid=0 msg=\'op=a b cwd="/" cmd=6C73 addr=192.0.2.7 res=success\'\x1dUID="root"',
  '{"Event":{"System":{"Provider":{"#attributes":{"Name":"P"}},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","TimeCreated":{"#attributes":{"SystemTime":"2026-11-21T09:08:01Z"}}},"EventData":{"Image":"C:\\\\a.exe","Hashes":"MD5=1,SHA1=2","User":"A\\\\b"}}}',
  '{"@timestamp":"2026-11-21T09:08:01Z","winlog":{"channel":"Security","event_id":4624,"event_data":{"TargetUserName":"x","IpAddress":"::1","LogonType":"3"}}}',
  '{"EventID":4688,"Channel":"Security","Hostname":"h","Keywords":-1,"EventType":"INFO","NewProcessName":"C:\\\\x","SourceModuleType":"a"}',
  '{"@timestamp":"2026-11-21T09:08:01Z","ecs.version":"8","host.name":"h","source.ip":"::1","labels":{"a":1}}',
];

/** Real lines with bytes put in, taken out, repeated and cut off. */
const mutated = fc
  .tuple(
    fc.constantFrom(...lines),
    fc.array(
      fc.tuple(
        fc.nat(400),
        fc.nat(30),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 8 }),
          fc.constantFrom('"', '\\', ' ', '__proto__', '.', '[', '{', '-'),
        ),
      ),
      { maxLength: 6 },
    ),
    fc.option(fc.nat(300)),
  )
  .map(([line, edits, cut]) => {
    const text = edits.reduce(
      (now, [at, length, insert]) => now.slice(0, at) + insert + now.slice(at + length),
      line,
    );
    return cut === null ? text : text.slice(0, cut);
  });

test('random bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), formats, survives), { numRuns: fuzzRuns(200) });
});

test('mutated lines', () => {
  fc.assert(fc.property(mutated, formats, survives), { numRuns: fuzzRuns(800) });
});

const keys = fc.oneof(
  fc.constantFrom(
    'Event',
    'System',
    'EventData',
    'UserData',
    'winlog',
    'event_data',
    'event_id',
    'channel',
    'EventID',
    'Channel',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    '#attributes',
    '#text',
    'Data',
    'message',
    '@timestamp',
    'event',
  ),
  fc.constantFrom(
    'host',
    'host.name',
    'labels',
    'tags',
    'related',
    'tidewatch',
    'a.__proto__.b',
    'process.pid',
    'ecs',
    'source.ip',
  ),
  fc.string({ maxLength: 12 }),
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie('json')), { maxLength: 6 }).map(
      // Written as text, since an object here could not own the key `__proto__`.
      (entries) => ({ toJSON: () => undefined, entries }),
    ),
  ),
}));

const write = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value === 'object' && value !== null && 'entries' in value)
    return `{${(value.entries as [string, unknown][]).map(([key, inner]) => `${JSON.stringify(key)}:${write(inner)}`).join(',')}}`;
  return JSON.stringify(value) ?? 'null';
};

test('random JSON with the keys that parsers look for', () => {
  const documents = fc.array(fc.tuple(keys, json), { maxLength: 6 }).map((entries) => write({ entries }));
  fc.assert(fc.property(documents, fc.constantFrom('auto', 'json' as const), survives), {
    numRuns: fuzzRuns(250),
  });
});

test.each([
  ['quotes and backslashes', `1.1.1.1 - - [21/Nov/2026:10:08:01 +0100] "${'\\"'.repeat(300_000)}`],
  [
    'backslashes',
    `1.1.1.1 - - [21/Nov/2026:10:08:01 +0100] "${'\\'.repeat(60_000)}" 200 1 "${'\\x'.repeat(1_000)}`,
  ],
  ['from', `<38>Nov 21 09:08:01 h sshd[1]: Failed password for ${'x from y port 1 '.repeat(60_000)}`],
  ['spaces', `<38>Nov 21 09:08:01 h sshd[1]: ${' '.repeat(900_000)}`],
  ['disconnects', `<38>Nov 21 09:08:01 h sshd[1]: Disconnected from user ${'a port 1: '.repeat(90_000)}`],
  ['sudo', `<38>Nov 21 09:08:01 h sudo: a : ${'TTY=x ; '.repeat(100_000)}`],
  ['pam', `<38>Nov 21 09:08:01 h su: pam_unix(su:auth): authentication failure;${' user= '.repeat(100_000)}`],
  ['packets', `<4>Nov 21 09:08:01 h kernel: ${'IN='.repeat(100_000)} OUT= SRC=1`],
  ['structured data', `<13>1 - h a - - ${'[a b="\\"'.repeat(100_000)}`],
  ['tags', `<13>${'a'.repeat(900_000)}:`],
  ['systemd', `<13>Nov 21 09:08:01 h systemd[1]: Started ${'. - '.repeat(200_000)}`],
  ['firewall prefix', `<4>Nov 21 09:08:01 h kernel: ${': '.repeat(20_000)}x IN= OUT= SRC=1`],
  [
    'PowerShell lines',
    JSON.stringify({ EventID: 4103, Channel: 'Windows PowerShell', ContextInfo: '\n'.repeat(60_000) }),
  ],
  [
    'PowerShell blanks',
    JSON.stringify({ EventID: 4103, Channel: 'Windows PowerShell', ContextInfo: ' '.repeat(60_000) }),
  ],
  [
    'long names',
    JSON.stringify({
      EventID: 1,
      Channel: 'x',
      ['n'.repeat(500_000)]: Object.fromEntries(Array.from({ length: 1_900 }, (_, i) => [`k${i}`, i])),
    }),
  ],
  ['digits', '1'.repeat(1_000_000)],
  ['dots', JSON.stringify({ [`${'a.'.repeat(15)}b`]: 1, [`${'.'.repeat(100_000)}`]: 2 })],
  [
    'context',
    JSON.stringify({
      EventID: 4103,
      Channel: 'Windows PowerShell',
      ContextInfo: 'Host Application =\n'.repeat(50_000),
    }),
  ],
  [
    'hashes',
    JSON.stringify({
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Hashes: 'MD5=,'.repeat(200_000),
      Message: 'EventType: '.repeat(90_000),
      EventType: 'INFO',
    }),
  ],
])('a long line made to be slow: %s', (_, line) => survives(line, 'auto'));
