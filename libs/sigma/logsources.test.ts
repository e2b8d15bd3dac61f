import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTidewatchError, type JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { createSigmaEngine } from './engine.ts';
import { parseRuleFile } from './parse.ts';
import { loadThorTable } from './thor.ts';

const ruleFor = (logsource: string, selection: string) =>
  parseRuleFile(
    `title: T\nlogsource: ${logsource}\ndetection:\n  selection:\n    ${selection}\n  condition: selection\n`,
    'r.yml',
  ).rules;

const matches = (logsource: string, selection: string, event: JsonObject): boolean =>
  createSigmaEngine(ruleFor(logsource, selection)).evaluate(event).length === 1;

const evtx = (channel: string, id: number, data: JsonObject): JsonObject => ({
  Event: {
    System: {
      Provider: { '#attributes': { Name: 'P' } },
      EventID: { '#text': id, '#attributes': { Qualifiers: 0 } },
      Channel: channel,
      Computer: 'pc',
      Level: 2,
    },
    EventData: data,
  },
});
const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const any = "f: 'x'";

describe('routing', () => {
  it.each<[logsource: string, selection: string, event: JsonObject, expected: boolean]>([
    ['{product: windows, service: security}', any, evtx('Security', 1, { f: 'x' }), true],
    ['{product: windows, service: security}', any, evtx('security', 1, { f: 'x' }), true],
    ['{product: windows, service: security}', any, evtx('System', 1, { f: 'x' }), false],
    ['{product: windows, service: unheard-of}', any, evtx('System', 1, { f: 'x' }), true],
    ['{product: windows}', any, evtx('System', 1, { f: 'x' }), true],
    ['{product: linux}', any, evtx('System', 1, { f: 'x' }), false],
    ['{product: windows, category: process_creation}', any, evtx(sysmon, 1, { f: 'x' }), true],
    ['{product: windows, category: process_creation}', any, evtx(sysmon, 3, { f: 'x' }), false],
    ['{product: windows, category: process_creation}', any, evtx('Security', 1, { f: 'x' }), false],
    [
      '{product: windows, category: process_creation}',
      'Image: x',
      evtx('Security', 4688, { NewProcessName: 'X' }),
      true,
    ],
    [
      '{product: windows, category: process_creation}',
      'ParentImage: x',
      evtx('security', 4688, { ParentProcessName: 'X' }),
      true,
    ],
    [
      '{product: windows, category: process_creation}',
      'Image: x',
      evtx('Security', 4689, { NewProcessName: 'X' }),
      false,
    ],
    ['{category: process_creation}', any, evtx(sysmon, 1, { f: 'x' }), true],
    ['{product: windows, category: my_own}', any, evtx(sysmon, 1, { f: 'x' }), true],
    [
      '{product: windows, category: registry_add}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'CreateKey' }),
      true,
    ],
    [
      '{product: windows, category: registry_add}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'DeleteKey' }),
      false,
    ],
    ['{product: windows, category: registry_add}', any, evtx(sysmon, 12, { f: 'x' }), true],
    [
      '{product: windows, category: registry_delete}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'DeleteValue' }),
      true,
    ],
    [
      '{product: windows, category: registry_event}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'DeleteKey' }),
      true,
    ],
    [
      '{category: antivirus}',
      'Signature: x',
      evtx('Microsoft-Windows-Windows Defender/Operational', 1116, { 'Threat Name': 'X' }),
      true,
    ],
    [
      '{category: antivirus}',
      'Filename: x',
      evtx('Microsoft-Windows-Windows Defender/Operational', 1116, { Path: 'X' }),
      true,
    ],
    [
      '{category: antivirus}',
      'Filename: x',
      evtx('Microsoft-Windows-Windows Defender/Operational', 5001, { Path: 'X' }),
      false,
    ],
    ['{category: webserver}', any, evtx('Application', 1, { f: 'x' }), false],
    [
      '{product: linux, category: process_creation}',
      any,
      evtx('Linux-Sysmon/Operational', 1, { f: 'x' }),
      true,
    ],
    [
      '{product: windows, category: process_creation}',
      any,
      evtx('Linux-Sysmon/Operational', 1, { f: 'x' }),
      false,
    ],
    ['{product: rpc_firewall, category: application}', 'EventLog: RPCFW', evtx('RPCFW', 3, {}), true],
    ['{product: linux, service: sshd}', any, { f: 'x', event: { dataset: 'linux.sshd' } }, true],
    ['{product: linux, service: auth}', any, { f: 'x', event: { dataset: 'linux.sshd' } }, true],
    ['{product: linux, service: sudo}', any, { f: 'x', event: { dataset: 'linux.sshd' } }, false],
    ['{product: linux, service: sshd}', any, { f: 'x', event: { dataset: 'linux.auth' } }, true],
    [
      '{product: linux, service: sshd}',
      any,
      { f: 'x', event: { dataset: 'linux.auth' }, process: { name: 'sudo' } },
      false,
    ],
    [
      '{product: linux, service: sudo}',
      any,
      { f: 'x', event: { dataset: 'linux.auth' }, process: { name: 'sudo' } },
      true,
    ],
    ['{product: linux}', any, { f: 'x', event: { dataset: 'linux.syslog' } }, true],
    ['{product: windows}', any, { f: 'x', event: { dataset: 'linux.syslog' } }, false],
    ['{product: linux}', any, { f: 'x', host: { os: { type: 'linux' } } }, true],
    ['{product: macos}', any, { f: 'x', host: { os: { type: 'linux' } } }, false],
    ['{category: webserver}', any, { f: 'x', event: { dataset: 'nginx.access' } }, true],
    ['{service: nginx}', any, { f: 'x', 'event.dataset': 'nginx.access' }, true],
    ['{category: proxy}', any, { f: 'x', event: { dataset: 'nginx.access' } }, false],
    [
      '{product: aws, service: cloudtrail}',
      any,
      { event: { dataset: 'aws.cloudtrail' }, aws: { cloudtrail: { f: 'x' } } },
      true,
    ],
    ['{product: okta, service: okta}', any, { f: 'x', event: { module: 'okta' } }, true],
    ['{product: okta}', any, { f: 'x' }, true],
    ['{category: database}', any, { f: 'x', event: { dataset: 'unheard.of' } }, true],
  ])('%s, %s on %j: %s', (logsource, selection, event, expected) => {
    expect(matches(logsource, selection, event)).toBe(expected);
  });

  it('reads the EventType that nxlog wrote over from the message, and does not guess without one', () => {
    const event = { EventID: 12, Channel: sysmon, EventType: 'INFO', f: 'x' };
    const add = '{product: windows, category: registry_add}';
    const message = (type: string) => ({
      ...event,
      Message: `Registry:\r\nEventType: ${type}\r\nUtcTime: x`,
    });
    expect(matches(add, any, message('CreateKey'))).toBe(true);
    expect(matches(add, 'EventType: CreateKey', message('CreateKey'))).toBe(true);
    expect(matches(add, any, message('DeleteKey'))).toBe(false);
    expect(matches(add, any, event)).toBe(true);
    expect(matches(add, 'EventType: INFO', event)).toBe(false);
  });
});

describe('fields', () => {
  const windows = '{product: windows}';
  const winlog: JsonObject = {
    process: { executable: 'C:\\ecs.exe' },
    user: { name: 'ecs' },
    log: { level: 'error' },
    winlog: {
      channel: 'Security',
      event_id: 4625,
      provider_name: 'P',
      computer_name: 'pc',
      keywords: ['Audit Failure'],
      process: { pid: 788 },
      event_data: { User: 'DOM\\u' },
      user_data: { Thing: { Inner: 'x' } },
    },
  };
  const nxlog: JsonObject = {
    EventID: 1,
    SourceName: 'P',
    Hostname: 'pc',
    Channel: 'Application',
    Keywords: Number('-9218868437227405312'),
    Level: 2,
  };
  it.each<[logsource: string, selection: string, event: JsonObject, expected: boolean]>([
    [windows, 'Provider_Name: p', evtx('System', 1, {}), true],
    [windows, 'EventID: 7045', evtx('System', 7045, {}), true],
    [windows, 'Computer: PC', evtx('System', 1, {}), true],
    [windows, 'Level: Error', evtx('System', 1, {}), true],
    [windows, 'Level: 2', evtx('System', 1, {}), true],
    [windows, 'Data|contains: b', evtx('System', 1, { Data: { '#text': ['a', 'b'] } }), true],
    [
      windows,
      'Param: x',
      { Event: { System: { Channel: 'S' }, UserData: { EventXML: { Param: 'X' } } } },
      true,
    ],
    [
      windows,
      'Execution_ProcessID: 4',
      { System: { Channel: 'S', Execution_attributes: { ProcessID: 4 } } },
      true,
    ],
    [windows, 'EventID: 4625', winlog, true],
    [windows, 'Provider_Name: P', winlog, true],
    [windows, 'Channel: security', winlog, true],
    [windows, 'Keywords: "0x8010000000000000"', winlog, true],
    [windows, 'Level: 2', winlog, true],
    [windows, 'Execution_ProcessID: 788', winlog, true],
    [windows, 'User: DOM\\u', winlog, true],
    [windows, 'Inner: x', winlog, true],
    [
      windows,
      'Data|contains: b',
      { winlog: { channel: 'C', event_data: { param1: 'a', param2: 'b' } } },
      true,
    ],
    [windows, 'Data|contains: b', evtx('System', 1, { param2: 'b' }), false],
    // The data of Windows says all; what ECS says of it must not add matches.
    [windows, 'Image|contains: ecs', winlog, false],
    [windows, 'process.executable|endswith: ecs.exe', winlog, true],
    [windows, 'winlog.event_data.User: DOM\\u', winlog, true],
    [windows, 'Provider_Name: P', nxlog, true],
    [windows, 'SourceName: P', evtx('System', 1, {}), true],
    [windows, 'SourceName: p', { ...nxlog, SourceName: 'P' }, true],
    [windows, 'ComputerName: pc', nxlog, true],
    [windows, 'Keywords: "0x8010000000000000"', nxlog, true],
  ])('%s, %s on %j: %s', (logsource, selection, event, expected) => {
    expect(matches(logsource, selection, event)).toBe(expected);
  });

  const linux: JsonObject = {
    host: { os: { type: 'linux' }, name: 'web1' },
    process: {
      executable: '/usr/bin/id',
      args: ['id', '-u'],
      parent: { executable: '/bin/sh', command_line: 'sh' },
      working_directory: '/tmp',
    },
    user: { name: 'root', domain: 'lab' },
    source: { ip: '10.0.0.1', port: 22 },
  };
  const web: JsonObject = {
    event: { dataset: 'nginx.access' },
    http: { request: { method: 'GET', referrer: 'r' }, response: { status_code: 404 } },
    url: { original: '/a/b?c=d', path: '/a/b', query: 'c=d', domain: 'h' },
    user_agent: { original: 'curl' },
    source: { ip: '10.0.0.1' },
  };
  it.each<[logsource: string, selection: string, event: JsonObject]>([
    ['{product: linux, category: process_creation}', 'Image|endswith: /id', linux],
    ['{product: linux, category: process_creation}', 'CommandLine: id -u', linux],
    ['{product: linux, category: process_creation}', 'ParentImage: /bin/sh', linux],
    ['{product: linux, category: process_creation}', 'ParentCommandLine: sh', linux],
    ['{product: linux, category: process_creation}', 'CurrentDirectory: /tmp', linux],
    ['{product: linux, category: process_creation}', 'User: lab\\root', linux],
    ['{product: linux}', 'src_port: 22', linux],
    ['{category: webserver}', 'cs-method: get', web],
    ['{category: webserver}', 'cs-uri-query|contains: /a/b', web],
    ['{category: webserver}', 'cs-uri-query: c=d', web],
    ['{category: webserver}', 'cs-uri-stem: /a/b', web],
    ['{category: webserver}', 'sc-status: 404', web],
    ['{category: webserver}', 'cs-user-agent: curl', web],
    ['{category: webserver}', 'c-ip|cidr: 10.0.0.0/8', web],
    ['{category: webserver}', 'cs-referer: r', web],
    ['{category: dns}', 'query: a.b', { dns: { question: { name: 'a.b' } } }],
    ['{category: dns}', 'answer: 1.2.3.4', { dns: { answers: [{ data: '1.2.3.4' }] } }],
    ['{category: firewall}', 'dst_port: 53', { destination: { port: 53 } }],
    ['{category: proxy}', 'c-uri: http://x/', { url: { full: 'http://x/' } }],
    [
      '{product: linux, service: auditd}',
      'a0: getcap',
      { event: { dataset: 'auditd.log' }, auditd: { log: { a0: 'getcap' } } },
    ],
    ['{product: aws, service: cloudtrail}', 'userIdentity.type: Root', { userIdentity: { type: 'Root' } }],
    [
      '{product: aws, service: cloudtrail}',
      'requestParameters|contains: \'"a":1\'',
      { requestParameters: { a: 1 } },
    ],
    ['{product: x}', 'dns.question.name: a', { 'dns.question.name': 'a' }],
    ['{product: x}', 'Threat Name: a', { ThreatName: 'a' }],
    ['{product: x}', 'ThreatName: a', { 'Threat Name': 'a' }],
  ])('%s, %s on %j', (logsource, selection, event) => {
    expect(matches(logsource, selection, event)).toBe(true);
  });

  it('do not take an ECS object for the field of a source with its name', () => {
    expect(matches('{product: zeek}', 'service|exists: true', { service: { name: 'x' } })).toBe(false);
    expect(matches('{product: zeek}', 'service: krbtgt', { service: 'krbtgt' })).toBe(true);
  });

  it('keywords do not look at what Tidewatch and shippers note', () => {
    const [rule] = parseRuleFile(
      'title: T\nlogsource: {product: linux}\ndetection:\n  k: [secret]\n  condition: k\n',
      'r',
    ).rules;
    const engine = createSigmaEngine([rule!]);
    expect(
      engine.evaluate({
        tidewatch: { source: 'secret' },
        agent: { name: 'secret' },
        event: { dataset: 'secret.log' },
      }),
    ).toEqual([]);
    expect(engine.evaluate({ message: 'a Secret' })).toHaveLength(1);
    expect(engine.evaluate({ event: { original: 'a Secret' } })).toHaveLength(1);
  });
});

describe('loadThorTable', () => {
  it('reads services, categories, conditions and renamed fields; names the file that it cannot use', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'thor-'));
    const file = join(dir, 'thor.yml');
    try {
      await writeFile(
        file,
        `logsources:
  a: {category: made_up, product: windows, conditions: {EventID: [7, 8], EventType: T}, rewrite: {product: windows, service: own}, fieldmappings: {To: From}}
  b: {product: windows, service: own, sources: ["WinEventLog:Own/Log", "File:x"]}
  c: {category: webserver, sources: ["File:/var/log/x"]}
`,
      );
      const windows = await loadThorTable(file);
      expect(windows.services).toEqual(new Map([['own', ['Own/Log']]]));
      expect(windows.categories).toEqual(
        new Map([
          ['made_up', [{ eventIds: ['7', '8'], eventType: 'T', service: 'own', fields: [['From', 'To']] }]],
        ]),
      );
      const engine = createSigmaEngine(ruleFor('{product: windows, category: made_up}', 'To: x'), {
        windows,
      });
      expect(engine.evaluate(evtx('own/log', 8, { From: 'x', EventType: 'T' }))).toHaveLength(1);
      expect(engine.evaluate(evtx('own/log', 9, { From: 'x', EventType: 'T' }))).toHaveLength(0);
      await writeFile(file, 'logsources: [');
      await expect(loadThorTable(file)).rejects.toSatisfy((error) =>
        isTidewatchError(error, 'LOGSOURCES_INVALID'),
      );
      await expect(loadThorTable(join(dir, 'no'))).rejects.toSatisfy((error) =>
        isTidewatchError(error, 'LOGSOURCES_UNREADABLE'),
      );
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
