import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { createSigmaEngine } from './engine.ts';
import { evtx, matches } from './logsource_fixture.ts';
import { parseRuleFile } from './parse.ts';

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
