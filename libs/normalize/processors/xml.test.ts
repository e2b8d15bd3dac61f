import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import { tryProcessor } from '../parsers/try.suite.ts';

const read = (message: string) => tryProcessor({ xml: { to: 'x' } }, { message });

test.each([
  ['<a>1</a>', { text: '1' }],
  ['<a><b/></a>', {}],
  ['<a b="1"> x <c>2</c> y </a>', { b: '1', c: '2', text: 'x  y' }],
  ['<a><![CDATA[<b>]]>&amp;&#65;</a>', { text: '<b>&A' }],
  ['<?xml version="1.0"?><!-- c --><n:a xmlns:n="urn:x"><n:b.c>1</n:b.c></n:a>', { b_c: '1' }],
  ['<a><__proto__>1</__proto__><constructor>2</constructor><b>3</b></a>', { b: '3' }],
])('%s', (text, expected) => {
  expect(read(text).fields.x).toEqual(expected);
});

test.each([
  ['<a><b></a>', 'invalid_xml'],
  ['nothing', 'invalid_xml'],
  ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'invalid_xml'],
  ['<a>&unknown;</a>', 'invalid_xml'],
  [`${'<a>'.repeat(40)}${'</a>'.repeat(40)}`, 'too_deep'],
  [`<a>${'<b/>'.repeat(3_000)}</a>`, 'too_wide'],
  [`<a>${'x'.repeat(300_000)}</a>`, 'too_long'],
])('%.40s fails: %s', (text, reason) => {
  expect(read(text).failed).toContain(reason);
});

test.each([
  `<a>${'&amp;'.repeat(50_000)}</a>`,
  `<a ${'b '.repeat(100_000)}`,
  '<'.repeat(200_000),
  `<a>${']]'.repeat(100_000)}`,
  `<!--${'-'.repeat(200_000)}`,
  '\u0000'.repeat(200_000),
])('a long text is read in time: %#', (text) => {
  const run = () => {
    const started = ownTime();
    read(text);
    return ownTime() - started;
  };
  expect(Math.min(run(), run(), run())).toBeLessThan(100);
});

const event = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/><EventID>4625</EventID><Version>0</Version><Level>0</Level><Task>12544</Task><Opcode>0</Opcode><Keywords>0x8010000000000000</Keywords><TimeCreated SystemTime='2026-11-21T09:08:01.2500000Z'/><EventRecordID>71</EventRecordID><Correlation/><Execution ProcessID='712' ThreadID='4108'/><Channel>Security</Channel><Computer>dc1.example.org</Computer><Security/></System><EventData><Data Name='SubjectUserSid'>S-1-0-0</Data><Data Name='TargetUserName'>alice</Data><Data Name='TargetDomainName'>EXAMPLE</Data><Data Name='LogonType'>3</Data><Data Name='IpAddress'>192.0.2.7</Data><Data Name='IpPort'>4711</Data><Data Name='ProcessName'>-</Data></EventData></Event>`;

const document = {
  Event: {
    System: {
      Provider: {
        '#attributes': {
          Name: 'Microsoft-Windows-Security-Auditing',
          Guid: '{54849625-5478-4994-A5BA-3E3B0328C30D}',
        },
      },
      ...{ EventID: 4625, Version: 0, Level: 0, Task: 12544, Opcode: 0, Keywords: '0x8010000000000000' },
      TimeCreated: { '#attributes': { SystemTime: '2026-11-21T09:08:01.2500000Z' } },
      EventRecordID: 71,
      Correlation: null,
      Execution: { '#attributes': { ProcessID: 712, ThreadID: 4108 } },
      ...{ Channel: 'Security', Computer: 'dc1.example.org', Security: null },
    },
    EventData: {
      ...{ SubjectUserSid: 'S-1-0-0', TargetUserName: 'alice', TargetDomainName: 'EXAMPLE', LogonType: '3' },
      ...{ IpAddress: '192.0.2.7', IpPort: '4711', ProcessName: '-' },
    },
  },
};

/** An event but for the text that it was made of. */
function normalised(text: string): object {
  const outcome = createNormaliser({ timeZone: 'UTC' })(recordOf(text, 'auto'), 'dc1');
  if (outcome.status !== 'ok') throw new Error(outcome.status);
  const { event, ...fields } = JSON.parse(outcome.value.json);
  const { original: _, ...own } = event;
  return { ...fields, event: own };
}

test('a Windows event as XML is the one that evtx_dump writes as JSON', () => {
  const found = normalised(event);
  expect(found).toEqual(normalised(JSON.stringify(document)));
  expect(found).toMatchObject({
    event: { code: '4625', outcome: 'failure', dataset: 'windows.security' },
    source: { ip: '192.0.2.7' },
  });
});

test('a Windows event in a field, by itself or handed on', () => {
  const { fields, dataset } = tryProcessor({ xml: { field: '_line' } }, { _line: event });
  expect(dataset).toBe('windows.security');
  expect(fields).toMatchObject({ event: { code: '4625' }, source: { ip: '192.0.2.7' } });
  const handed = tryProcessor({ parse: { field: '_line' } }, { _line: event });
  expect(handed.fields).toEqual({ ...fields, _line: undefined });
});

test('a Windows event longer than lines may be is whole, and a broken one is a text', () => {
  const long = event.replace('S-1-0-0', 'x'.repeat(100_000));
  expect(normalised(long)).toMatchObject({ event: { code: '4625' } });
  expect(normalised(event.slice(0, -10))).toMatchObject({ event: { dataset: 'generic.text' } });
});
