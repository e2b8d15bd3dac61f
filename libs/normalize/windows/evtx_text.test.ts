import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EcsEvent, JsonObject } from '@tidewatch/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ParseContext } from '../draft.ts';
import { normalised } from '../normalised.suite.ts';
import { noDispatch } from '../parsers/dispatch.ts';
import { readEvtxText } from './evtx_text.ts';

const context: ParseContext = {
  source: 'test',
  received: 0,
  hints: {},
  clock: Date.UTC,
  warn: () => {},
  parsers: noDispatch,
};
const goesOn = (text: string): boolean => readEvtxText(text, context) !== undefined;

const system = {
  Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: '5770385F' } },
  EventID: 1,
  Version: 5,
  Level: 4,
  Task: 1,
  Opcode: 0,
  Keywords: '0x8000000000000000',
  TimeCreated: { '#attributes': { SystemTime: '2026-11-21T09:08:01.340Z' } },
  EventRecordID: 7,
  Correlation: null,
  Execution: { '#attributes': { ProcessID: 2844, ThreadID: 3212 } },
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Computer: 'PC1.corp.example',
  Security: { '#attributes': { UserID: 'S-1-5-18' } },
};
const eventData = {
  UtcTime: '2026-11-21 09:08:01.339',
  ProcessId: 9760,
  Image: 'C:\\Windows\\System32\\whoami.exe',
  CommandLine: 'whoami "/all"',
  Hashes:
    'MD5=A4A6924F3EAF97981323703D38FD99C4,SHA256=1D4902A04D99E8CCBFE7085E63155955FEE397449D386453F6C452AE407B8743',
  User: 'CORP\\jane',
};
const document = (inSystem: object = {}, data: unknown = eventData, more: object = {}) =>
  JSON.stringify({
    Event: {
      '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      System: { ...system, ...inSystem },
      EventData: data,
      RenderingInfo: { '#attributes': { Culture: 'en-GB' }, Message: 'A process:\r\n"whoami"' },
      ...more,
    },
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
  expect(saidOf(text)).toEqual(saidOf(toBeParsed(text)));
  expect(normalised(text)).toMatchObject({
    message: 'A process:\r\n"whoami"',
    event: { action: 'process-created', dataset: 'windows.sysmon', code: '1' },
    process: { executable: 'C:\\Windows\\System32\\whoami.exe', name: 'whoami.exe', pid: 9760 },
    winlog: { event_data: { ...eventData, ProcessId: '9760' }, process: { pid: 2844, thread: { id: 3212 } } },
    related: { user: ['jane'], hosts: ['PC1.corp.example'] },
  });
  expect(normalised(text).event).not.toHaveProperty('original');
  expect(normalised(toBeParsed(text)).event.original).toBe(toBeParsed(text));
});

it('a time of more than milliseconds is kept beside the event’s own', () => {
  const precise = document({ TimeCreated: at('2026-11-21T09:08:01.3401234Z') });
  expect(goesOn(precise)).toBe(true);
  for (const text of [precise, toBeParsed(precise)])
    expect(normalised(text)).toMatchObject({
      '@timestamp': '2026-11-21T09:08:01.340Z',
      winlog: { time_created: '2026-11-21T09:08:01.3401234Z' },
    });
  expect(normalised(document()).winlog).not.toHaveProperty('time_created');
});

const at = (time: string | number) => ({ '#attributes': { SystemTime: time } });

it.each<[string, string, boolean]>([
  ['no event data', document({}, null), true],
  ['empty event data', document({}, {}), true],
  ['values that are numbers, booleans and null', document({}, { A: 1, B: true, C: null, D: 'x' }), true],
  ['an event that is not known', document({ Channel: 'Setup', EventID: 99_999 }), true],
  ['blanks between values', document().replaceAll('","', '" , "'), true],
  ['an element that is not known', document({ Extra: 1 }), false],
  ['a second payload', document({}, eventData, { UserData: { X: { A: '1' } } }), false],
  [
    'an id with qualifiers',
    document({ EventID: { '#attributes': { Qualifiers: 1 }, '#text': 7036 } }),
    false,
  ],
  ['attributes of the data', document({}, { '#attributes': { Name: 'X' }, A: 'b' }), false],
  ['a list', document({}, { A: ['b'] }), false],
  ['data in elements', document({}, { Data: [{ '#attributes': { Name: 'A' }, '#text': 'b' }] }), false],
  ['a fraction', document({}, { A: 1.5 }), false],
  ['a number below nought', document({}, { A: -1 }), false],
  ['an escape by number', document({}, { A: '\u0001' }), false],
  ['a message that is none', document({}, eventData, { RenderingInfo: { Message: 5 } }), false],
  ['a hostile name', document({}, { constructor: 'x' }), false],
  ['a name given twice', document({}, { A: 'first' }).replace('"A":"first"', '"A":"1","A":"2"'), false],
  ['no channel', document({ Channel: null }), false],
  ['a namespace of its own', document().replace('/win/2004/', '/win/2026/'), false],
  ['a language that is none', document().replace('en-GB', 'any text'), false],
  ['a time that is none', document({ TimeCreated: at('2026-99-99T99:99:99.999Z') }), false],
  ['a time that is a number', document({ TimeCreated: at(1_700_000_000) }), false],
  ['a process that has no number', document({ Execution: { '#attributes': { ProcessID: 'x' } } }), false],
  [
    'a thread of too large a number',
    document({ Execution: { '#attributes': { ThreadID: '9'.repeat(17) } } }),
    false,
  ],
  ['more behind it', `${document()} 1`, false],
  ['half of it', document().slice(0, -2), false],
  ['no event', '{"Event":{"x":1}}', false],
  ['nothing in it', '{"Event":null}', false],
  ['no system', '{"Event":{"System":null,"RenderingInfo":{"Message":"x"}}}', false],
  ['a long id', document({ EventID: 'x'.repeat(13) }), false],
])('%s', (_, text, expected) => expect(goesOn(text)).toBe(expected));

it('an element given twice, or cut off, is left to the parser', () => {
  const text = document();
  for (const again of ['"Version":5', '"EventID":2', '"Provider":null'])
    expect(goesOn(text.replace('"EventRecordID":7', again)), again).toBe(false);
  expect(goesOn(text.replace('"EventData":', '"System":null,"EventData":'))).toBe(false);
  const start = text.slice(0, text.indexOf('"TimeCreated"'));
  for (const cut of [start, `${start}null`, `${start}"TimeCreated":null}`])
    expect(goesOn(cut), cut).toBe(false);
});

it('letters of any width stand where they stood', () => {
  const data = { Image: 'C:\\Användare\\Ω\\😀\\наш.EXE', User: 'ΟΜΑΔΑ\\Ωμέγα', Ünder: '€' };
  const text = document({}, data);
  expect(goesOn(text)).toBe(true);
  expect(saidOf(text)).toEqual(saidOf(toBeParsed(text)));
  expect(normalised(text)).toMatchObject({
    process: { executable: data.Image, name: 'наш.EXE' },
    user: { domain: 'ΟΜΑΔΑ', name: 'Ωμέγα' },
    winlog: { event_data: data },
  });
});

it('a message before the time is not lost', () => {
  const { Event } = JSON.parse(document({ Version: 78 })) as { Event: JsonObject };
  const { RenderingInfo, ...others } = Event;
  const early = JSON.stringify({ Event: { RenderingInfo: RenderingInfo as JsonObject, ...others } });
  const said = [early, early].map((text) => saidOf(text).message);
  expect(said).toEqual(['A process:\r\n"whoami"', 'A process:\r\n"whoami"']);
  expect(goesOn(early)).toBe(true);
});

it('made-up names of one sender are soon forgotten', () => {
  const names = (from: number) =>
    Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`N${from + i}`, 'x']));
  expect(goesOn(document({ EventID: 4 }, names(0)))).toBe(true);
  expect(goesOn(document({ EventID: 4 }, names(1_000)))).toBe(false);
  expect(goesOn(document({ EventID: 4 }, { ['n'.repeat(101)]: 'x' }))).toBe(false);
  for (let id = 10_000; id < 12_500; id++) expect(goesOn(document({ EventID: id }))).toBe(true);
  expect(goesOn(document())).toBe(true);
});

it('names of channels hold nothing of the texts that they came in', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const filler = 'x'.repeat(1_000_000);
  const before = used();
  for (let i = 0; i < 100; i++) {
    const channel = `A channel of its own, ${i}`;
    expect(goesOn(document({ Channel: channel }, { A: filler + i }))).toBe(true);
  }
  expect(used() - before).toBeLessThan(20_000_000);
});

const text = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '0x10',
    '4',
    'C:\\x\\y.exe',
    'A\\b',
    '"',
    'é',
    '::ffff:10.0.0.9',
    '%%14592',
    'true',
  ),
  fc.string(),
);
const scalar = fc.oneof(text, text, fc.nat(), fc.constantFrom(null, true, false, 0, 1e21, -0, 1.5));
const name = fc.constantFrom(
  ...['Image', 'User', 'Hashes', 'TargetObject', 'EventType', 'Details', 'ObjectType', 'ObjectName'],
  ...['ProcessId', 'IpAddress', 'IpPort', 'ContextInfo', 'Data', 'LogonType', 'MemberName', 'Initiated'],
  ...['QueryName', 'SourceIp', 'TargetFilename', 'param1', 'a.b', '__proto__', 'xml_name', '#text'],
);
const kinds = fc.constantFrom(
  ...([1, 3, 5, 7, 11, 12, 13, 22] as const).map((id) => [system.Channel, id] as const),
  ...([4624, 4625, 4656, 4663, 4688, 4732, 5156, 1102] as const).map((id) => ['Security', id] as const),
  ['Windows PowerShell', 400] as const,
  ['System', '7045'] as const,
  ['Setup', null] as const,
);
const elements = fc.dictionary(
  fc.constantFrom('Level', 'Task', 'Keywords', 'Computer', 'Version', 'Opcode', 'EventRecordID'),
  scalar,
  { maxKeys: 3 },
);

it('no event goes on as it stands that the parser would have read in another way', () => {
  let sent = 0;
  const data = fc.array(fc.tuple(name, scalar), { maxLength: 8 }).map((pairs) => {
    const members = pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return `{${members.join(',')}}`;
  });
  fc.assert(
    fc.property(kinds, elements, data, ([Channel, EventID], more, written) => {
      const mark = '"the data"';
      const whole = document({ Channel, EventID, ...more } as JsonObject, 'the data').replace(
        mark,
        () => written,
      );
      if (!goesOn(whole)) return;
      sent++;
      expect(saidOf(whole)).toEqual(saidOf(toBeParsed(whole)));
    }),
    { numRuns: 2_000 },
  );
  expect(sent).toBeGreaterThan(400);
});
