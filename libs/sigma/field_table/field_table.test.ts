import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { entriesFor, fieldTable, placesIn, readingsOf } from './index.ts';
import { matches, of } from './matching.suite.ts';

const auditd = 'product: linux, service: auditd';
const execve: JsonObject = of(
  'auditd.log',
  {
    auditd: {
      log: { record_type: ['SYSCALL', 'EXECVE'], SYSCALL: 'execve', a0: ['5577', 'uname'], key: 'k' },
    },
    process: { executable: '/usr/bin/uname', name: 'uname', args: ['uname', '-a'] },
    user: { effective: { id: '33' } },
  },
  { category: ['process'], type: ['start'] },
);
const signin: JsonObject = of('azure.signinlogs', {
  azure: {
    signinlogs: {
      resultType: '50057',
      properties: { deviceDetail: { isCompliant: false }, status: { failureReason: 'disabled' } },
    },
  },
  user_agent: { original: 'axios/1.2' },
});
const auditlog: JsonObject = of('azure.auditlogs', {
  azure: {
    auditlogs: {
      operationName: 'Add member to role',
      properties: {
        result: 'success',
        loggedByService: 'Core Directory',
        targetResources: [
          { type: 'User', modifiedProperties: [{ displayName: 'UserType', newValue: '["Member"]' }] },
          { type: 'Role', displayName: 'Administrators' },
        ],
      },
    },
  },
});
const pod: JsonObject = of('kubernetes.audit', {
  kubernetes: {
    audit: {
      verb: 'create',
      objectRef: { resource: 'pods', apiGroup: 'apps' },
      requestObject: { spec: { volumes: [{ name: 'a' }, { hostPath: { path: '/' } }] } },
    },
  },
  http: { response: { status_code: 403 } },
});

describe('fields after normalisation', () => {
  it.each<[logsource: string, selection: string, event: JsonObject]>([
    [auditd, 'type: EXECVE, a0: uname', execve],
    [auditd, 'type: SYSCALL, SYSCALL: execve, euid: 33', execve],
    [auditd, 'exe|endswith: /uname, comm: uname, key: k', execve],
    ['product: linux, category: process_creation', 'Image|endswith: /uname, CommandLine: uname -a', execve],
    ['category: firewall', 'action: accept', of('linux.firewall', {}, { type: ['connection', 'allowed'] })],
    ['category: firewall', "blocked: 'true'", of('cisco.asa', {}, { type: ['connection', 'denied'] })],
    ['category: firewall', 'action: accept', of('fortinet.firewall', {}, { action: 'accept' })],
    [
      'product: fortigate, service: event',
      'action: Add, cfgpath: system.admin',
      of('fortinet.firewall', { fortinet: { firewall: { action: 'Add', cfgpath: 'system.admin' } } }),
    ],
    [
      'category: proxy',
      'c-uri|contains: /x, dst_ip: 192.0.2.1',
      of('squid.access', { url: { full: 'http://example.org/x' }, destination: { ip: '192.0.2.1' } }),
    ],
    [
      'category: dns',
      'query: a.example.org, record_type: TXT',
      of('zeek.dns', { dns: { question: { name: 'a.example.org', type: 'TXT' } } }),
    ],
    [
      'product: zeek, service: dns',
      'Z: 0, id.resp_p: 53',
      of('zeek.dns', { zeek: { dns: { Z: 0 } }, destination: { port: 53 } }),
    ],
    [
      'product: zeek, service: smb_files',
      'path|endswith: share, name: x.dll',
      of('zeek.smb_files', { zeek: { smb_files: { path: '\\\\web1\\share' } }, file: { name: 'x.dll' } }),
    ],
    [
      'product: zeek, service: x509',
      "certificate.serial: '0A'",
      of('zeek.x509', { file: { x509: { serial_number: '0A' } } }),
    ],
    [
      'product: zeek, service: http',
      'method: GET, host: example.org, uri: /a',
      of('zeek.http', {
        http: { request: { method: 'GET' } },
        url: { domain: 'example.org', original: '/a' },
      }),
    ],
    [
      'product: linux, category: network_connection',
      "Initiated: 'true', DestinationIp: 192.0.2.1",
      of(
        'auditd.log',
        { network: { direction: 'egress' }, destination: { ip: '192.0.2.1' } },
        { category: ['network'], type: ['connection', 'start'] },
      ),
    ],
    [
      'product: aws, service: cloudtrail',
      'eventName: GetCallerIdentity, userIdentity.type: Root',
      of(
        'aws.cloudtrail',
        { aws: { cloudtrail: { user_identity: { type: 'Root' } } } },
        { action: 'GetCallerIdentity' },
      ),
    ],
    [
      'product: aws, service: cloudtrail',
      'requestParameters.userName: alice',
      of('aws.cloudtrail', { aws: { cloudtrail: { requestParameters: { userName: 'alice' } } } }),
    ],
    ['product: azure, service: signinlogs', 'ResultType: 50057, ResultDescription: disabled', signin],
    [
      'product: azure, service: signinlogs',
      "DeviceDetail.isCompliant: 'false', userAgent|contains: axios",
      signin,
    ],
    [
      'product: azure, service: auditlogs',
      'properties.message: Add member to role, Status: Success',
      auditlog,
    ],
    [
      'product: azure, service: auditlogs',
      'TargetResources.ModifiedProperties.NewValue|contains: Member, LoggedByService: Core Directory',
      auditlog,
    ],
    ['product: azure, service: auditlogs', 'properties.targetResources|contains: Administrators', auditlog],
    [
      'product: azure, service: riskdetection',
      'riskEventType: newCountry',
      of('azure.riskdetection', {
        azure: { riskdetection: { properties: { riskEventType: 'newCountry' } } },
      }),
    ],
    [
      'product: gcp, service: gcp.audit',
      'gcp.audit.method_name|endswith: .delete',
      of('gcp.audit', {}, { action: 'storage.buckets.delete' }),
    ],
    [
      'product: gcp, service: google_workspace.admin',
      'eventService: admin.googleapis.com, eventName: DELETE_ROLE',
      of('google_workspace.admin', {}, { provider: 'admin', action: 'DELETE_ROLE' }),
    ],
    [
      'product: m365, service: audit',
      'Operation: New-InboxRule, Workload: Exchange',
      of('o365.audit', { o365: { audit: { Operation: 'New-InboxRule', Workload: 'Exchange' } } }),
    ],
    [
      'product: m365, service: threat_management',
      'eventSource: SecurityComplianceCenter, eventName: Impossible travel activity, status: success',
      of(
        'o365.audit',
        { o365: { audit: { Source: 'SecurityComplianceCenter', Name: 'Impossible travel activity' } } },
        { outcome: 'success' },
      ),
    ],
    [
      'product: okta, service: okta',
      'eventType: zone.delete, outcome.result: FAILURE',
      of('okta.system', { okta: { outcome: { result: 'FAILURE' } } }, { action: 'zone.delete' }),
    ],
    [
      'product: github, service: audit',
      'action: org.remove_member',
      of('github.audit', {}, { action: 'org.remove_member' }),
    ],
    ['product: kubernetes, service: audit', 'verb: create, responseStatus.code: 403', pod],
    ['product: kubernetes, category: application, service: audit', "hostPath: '*', apiGroup: apps", pod],
    [
      'product: bitbucket, service: audit',
      'auditType.action: Project access changed',
      of('bitbucket.audit', { bitbucket: { audit: { type: { action: 'Project access changed' } } } }),
    ],
    [
      'product: onelogin, service: onelogin.events',
      'event_type_id: 3',
      of('onelogin.events', { onelogin: { events: { event_type_id: 3 } } }),
    ],
    [
      'product: opencanary, category: application',
      'logtype: 4000',
      of('opencanary.log', { opencanary: { logtype: 4000 } }),
    ],
    [
      'product: qualys',
      'host.scan.vuln: 10693',
      of('qualys', { qualys: { host: { scan: { vuln: 10693 } } } }),
    ],
  ])('%s: %s', (logsource, selection, event) => {
    expect(matches(logsource, selection, event)).toBe(true);
  });

  it('have both what the source calls so and what rules mean, where the table says so', () => {
    const event = of('azure.auditlogs', {
      azure: { auditlogs: { category: 'AuditLogs', properties: { category: 'Device' } } },
    });
    const source = 'product: azure, service: auditlogs';
    expect(matches(source, 'category: Device', event)).toBe(true);
    expect(matches(source, 'category: AuditLogs', event)).toBe(true);
    expect(matches(source, 'Category: AuditLogs', event)).toBe(false);
  });

  it('have the words of rules, where ECS has others', () => {
    const event = of('azure.signinlogs', {
      azure: { signinlogs: { properties: { authenticationProtocol: 'deviceCode' } } },
    });
    const source = 'product: azure, service: signinlogs';
    expect(matches(source, 'properties.message: Device Code', event)).toBe(true);
    expect(matches(source, 'properties.message: deviceCode', event)).toBe(false);
  });

  it('mean what the log source means: one name stands elsewhere in another', () => {
    const file = { zeek: { smb_files: { name: 'a.dll' } }, auditd: { log: { name: '/etc/shadow' } } };
    expect(matches('product: zeek, service: smb_files', 'name: a.dll', of('zeek.smb_files', file))).toBe(
      true,
    );
    expect(matches(auditd, 'name: a.dll', of('auditd.log', file))).toBe(false);
    expect(
      matches('product: github, service: audit', 'action: x', of('github.audit', {}, { type: ['x'] })),
    ).toBe(false);
  });

  it('keep the words of values that the table does not translate', () => {
    expect(
      matches('category: firewall', 'action: reset-both', of('panw.traffic', {}, { action: 'reset-both' })),
    ).toBe(true);
  });
});

describe('the table', () => {
  it('names no log source twice, and no field of one in two ways', () => {
    const keys = fieldTable.map(
      ({ logsource: { product, category, service } }) => `${product}/${category}/${service}`,
    );
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    for (const { own = '' } of fieldTable) {
      const names = own.split(' ');
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    }
  });

  it('says words to be translated in lower case, as they are compared', () => {
    const values = [...readingsOf(fieldTable).values()]
      .flat()
      .flatMap((reading) => Object.keys(reading.values ?? {}));
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => value !== value.toLowerCase())).toEqual([]);
  });

  it('finds the entries of a log source, of what it is part of, and of its parts', () => {
    const fields = (logsource: object, field: string) =>
      entriesFor(fieldTable, logsource).flatMap((entry) => placesIn(entry, field));
    expect(fields({ product: 'linux', category: 'process_creation' }, 'Image')).toEqual([
      'process.executable',
    ]);
    expect(fields({ product: 'aws' }, 'eventName')).toEqual(['aws.cloudtrail.eventName', 'event.action']);
    expect(fields({ product: 'linux', category: 'process_creation' }, 'SYSCALL')).toEqual([]);
  });
});
