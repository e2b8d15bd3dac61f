import type { EcsEvent, JsonObject } from '@tidewatch/event';
import { expect, it } from 'vitest';
import type { ParseContext } from '../draft.ts';
import { normalised } from '../normalised.suite.ts';
import { createDispatch, noDispatch } from '../parsers/dispatch.ts';
import { readWinlogbeatText } from './winlogbeat_text.ts';

const context: ParseContext = {
  source: 'test',
  received: 0,
  hints: {},
  clock: Date.UTC,
  warn: () => {},
  parsers: noDispatch,
};
const read = (text: string) => readWinlogbeatText(text, context);
const goesOn = (text: string): boolean => read(text) !== undefined;

const eventData = {
  Image: 'C:\\Windows\\System32\\whoami.exe',
  ProcessId: '9760',
  CommandLine: 'whoami "/all"',
  Hashes: 'SHA1=AB,MD5=CD',
  User: 'CORP\\alice',
};
const winlog = {
  activity_id: '{A}',
  channel: 'Microsoft-Windows-Sysmon/Operational',
  computer_name: 'pc7.example.org',
  event_id: '1',
  keywords: ['Audit Success'],
  opcode: 'Info',
  process: { pid: 960, thread: { id: 2824 } },
  provider_guid: '{5770385F}',
  provider_name: 'Microsoft-Windows-Sysmon',
  record_id: 500_001,
  task: 'Process Create',
  user: { identifier: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY', type: 'User' },
  version: 5,
  api: 'wineventlog',
};
const document = (changes: JsonObject = {}, inWinlog: JsonObject = {}): string =>
  JSON.stringify({
    '@timestamp': '2026-11-21T09:08:01.340Z',
    '@metadata': { beat: 'winlogbeat', type: '_doc' },
    agent: { name: 'pc7', type: 'winlogbeat', version: '8.17.0' },
    ecs: { version: '8.0.0' },
    event: {
      action: 'Process Create',
      code: '1',
      created: '2026-11-21T09:08:02.000Z',
      kind: 'event',
      provider: 'Microsoft-Windows-Sysmon',
      sequence: 7,
    },
    host: { name: 'pc7.example.org', ip: ['192.0.2.7', '2001:db8::7'], os: { family: 'windows' } },
    log: { level: 'information' },
    message: 'Process Create:\r\n"whoami"',
    winlog: { ...winlog, event_data: eventData, ...inWinlog },
    ...changes,
  });

/** What an event says; the text beside it is kept of those that were parsed. */
function saidOf(text: string): EcsEvent {
  const event = normalised(text, 'json');
  delete event.event.original;
  return event;
}

/** A line end between two of its values makes a document be parsed. */
const toBeParsed = (text: string): string => `${text.slice(0, -1)}\n}`;

it('an event that goes on as it stands is the one that is parsed, and is kept once', () => {
  const text = document();
  expect(goesOn(text)).toBe(true);
  expect(goesOn(toBeParsed(text))).toBe(false);
  expect(saidOf(text)).toEqual(saidOf(toBeParsed(text)));
  expect(normalised(text)).toMatchObject({
    message: 'Process Create:\r\n"whoami"',
    event: { action: 'process-created', dataset: 'windows.sysmon', sequence: 7, outcome: 'success' },
    process: { executable: eventData.Image, pid: 9760, hash: { sha1: 'ab', md5: 'cd' } },
    host: { name: 'pc7.example.org', os: { family: 'windows' } },
    winlog: { ...winlog, record_id: '500001', version: '5', event_data: eventData },
    related: { user: ['alice'], ip: ['192.0.2.7', '2001:db8::7'], hash: ['ab', 'cd'] },
  });
  expect(normalised(text).event).not.toHaveProperty('original');
});

const { event_id: _, ...withoutId } = winlog;

it.each<[string, string, boolean, boolean?]>([
  ['data before its kind', document({ winlog: { event_data: eventData, ...winlog } }), true, true],
  ['an id that is a number', document({}, { event_id: 1 }), true, true],
  ['an event that is not known', document({}, { channel: 'Setup', event_id: '77' }), true],
  [
    'no host, log, event or message',
    JSON.stringify({ '@timestamp': '2026-11-21T09:08:01Z', winlog }),
    true,
    true,
  ],
  ['empty data, and tags', document({ tags: ['a', 'b'] }, { event_data: {} }), true, true],
  ['another action than its task', document({ event: { action: 'x', code: '1' } }), true],
  ['another module', document({ event: { module: 'security' } }), true],
  ['a time of more than milliseconds', document({ '@timestamp': '2026-11-21T09:08:01.123456Z' }), true],
  ['another computer than its own', document({ host: { name: 'collector' } }), true],
  ['a level of its own', document({ log: { level: 'x' } }, { level: 3 }), true],
  ['what ECS does not know', document({ own: { a: [1, null, { b: true }] } }), true, true],
  ['no id', document({ winlog: { ...withoutId, event_data: eventData } }), false],
  ['fields of its own', document({ process: { name: 'p' } }), false],
  ['what it is about', document({ related: { user: ['x'] } }), false],
  ['what a meaning would be joined with', document({}, { logon: { type: 'Network' } }), false],
  ['user data', document({}, { user_data: { xml_name: 'X' } }), false],
  ['lists in data before its kind', document({ winlog: { event_data: { A: ['b'] }, ...winlog } }), false],
  ['half of the data before its kind', '{"winlog":{"event_data":{"A":"b"', false],
  [
    'a provider in ECS only',
    document({ event: { provider: ['a', 'b'] } }, { provider_name: undefined as never }),
    true,
    true,
  ],
  ['a list in the data', document({}, { event_data: { A: ['b'] } }), false],
  ['a wrong type', document({ host: { name: 'a', uptime: 'long' } }), false],
  ['a dotted name', document({ 'host.id': 'x' }), false],
  ['a level that is null', document({}, { level: null }), false],
  ['a process without number', document({}, { process: { pid: 'x' } }), false],
  ['no time', document({ '@timestamp': 'yesterday' }), false],
  ['no record of Windows', '{"winlog":{}}', false],
  ['half of it', document().slice(0, -2), false],
  ['more behind it', `${document()} 1`, false],
])('%s', (_title, text, expected, isComplete = false) => {
  const draft = read(text);
  expect(draft !== undefined).toBe(expected);
  expect(draft?.written.complete === true).toBe(isComplete);
  if (expected) expect(saidOf(text)).toEqual(saidOf(toBeParsed(text)));
});

it('a parser that asks for such documents is asked', () => {
  const asking = (fields: Record<string, null>) =>
    createDispatch([{ match: [{ fields }] } as never as Parameters<typeof createDispatch>[0][0]]);
  const goesBy = (fields: Record<string, null>) =>
    readWinlogbeatText(document(), { ...context, parsers: asking(fields) }) !== undefined;
  expect(goesBy({ 'winlog.channel': null })).toBe(false);
  expect(goesBy({ log: null, stream: null })).toBe(true);
});
