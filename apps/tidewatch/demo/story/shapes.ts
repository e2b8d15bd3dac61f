import type { JsonObject } from '@tidewatch/event';
import type { Draft, StoryEvent, WindowsRecord } from './event.ts';
import { type Agent, fqdn } from './office.ts';
import { isoTime, nxlogTime } from './times.ts';

const channels = {
  Security: {
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    guid: '54849625-5478-4994-a5ba-3e3b0328c30d',
  },
  Sysmon: {
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    guid: '5770385f-c22a-43e0-bf4c-06f5698ffbd9',
  },
  System: {
    channel: 'System',
    provider: 'Service Control Manager',
    guid: '555908d1-a6d7-4695-8e1e-26931d2012f4',
  },
} as const;

/** Title and task of each kind of event in the story, as the provider's manifest names them. */
const kinds: Readonly<Record<string, readonly [title: string, task: string, taskId: number]>> = {
  'Security:1102': ['The audit log was cleared.', 'Log clear', 104],
  'Security:4624': ['An account was successfully logged on.', 'Logon', 12_544],
  'Security:4625': ['An account failed to log on.', 'Logon', 12_544],
  'Security:4634': ['An account was logged off.', 'Logoff', 12_545],
  'Security:4672': ['Special privileges assigned to new logon.', 'Special Logon', 12_548],
  'Security:4688': ['A new process has been created.', 'Process Creation', 13_312],
  'Security:4720': ['A user account was created.', 'User Account Management', 13_824],
  'Security:4728': [
    'A member was added to a security-enabled global group.',
    'Security Group Management',
    13_826,
  ],
  'Security:4732': [
    'A member was added to a security-enabled local group.',
    'Security Group Management',
    13_826,
  ],
  'Sysmon:1': ['Process Create:', 'Process Create (rule: ProcessCreate)', 1],
  'Sysmon:3': ['Network connection detected:', 'Network connection detected (rule: NetworkConnect)', 3],
  'Sysmon:10': ['Process accessed:', 'Process accessed (rule: ProcessAccess)', 10],
  'Sysmon:11': ['File created:', 'File created (rule: FileCreate)', 11],
  'Sysmon:22': ['Dns query:', 'Dns query (rule: DnsQuery)', 22],
  'System:7036': ['A service changed its state.', 'None', 0],
  'System:7045': ['A service was installed in the system.', 'None', 0],
};

interface Facts {
  readonly record: WindowsRecord;
  readonly at: number;
  /** Grows by one with each event of a host and log. */
  readonly number: number;
  readonly title: string;
  readonly task: string;
  readonly taskId: number;
  readonly failed: boolean;
}

const message = ({ title, record }: Facts): string =>
  [title, ...Object.entries(record.data).map(([name, value]) => `${name}: ${value}`)].join('\r\n');

const keywordsOf = ({ record, failed }: Facts): string =>
  record.log !== 'Security' ? '0x8000000000000000' : failed ? '0x8010000000000000' : '0x8020000000000000';

function winlogbeat(facts: Facts): JsonObject {
  const { record, at, number, task, failed } = facts;
  const { channel, provider, guid } = channels[record.log];
  const audited = record.log === 'Security';
  return {
    '@timestamp': isoTime(at),
    ecs: { version: '8.0.0' },
    agent: { type: 'winlogbeat', version: '8.17.0', name: record.host.name },
    event: {
      code: String(record.id),
      kind: 'event',
      provider,
      action: task,
      created: isoTime(at + 1_200),
      ...(audited ? { outcome: failed ? 'failure' : 'success' } : {}),
    },
    host: { name: fqdn(record.host) },
    log: { level: 'information' },
    message: message(facts),
    winlog: {
      api: 'wineventlog',
      channel,
      computer_name: fqdn(record.host),
      event_id: String(record.id),
      event_data: { ...record.data },
      keywords: audited ? [failed ? 'Audit Failure' : 'Audit Success'] : [],
      opcode: 'Info',
      process: { pid: 740, thread: { id: 812 } },
      provider_guid: `{${guid}}`,
      provider_name: provider,
      record_id: number,
      task,
    },
  };
}

function evtxDump(facts: Facts): JsonObject {
  const { record, at, number, taskId } = facts;
  const { channel, provider, guid } = channels[record.log];
  return {
    Event: {
      '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      System: {
        Provider: { '#attributes': { Name: provider, Guid: guid.toUpperCase() } },
        EventID: record.id,
        Version: 0,
        Level: record.log === 'Security' ? 0 : 4,
        Task: taskId,
        Opcode: 0,
        Keywords: keywordsOf(facts),
        TimeCreated: { '#attributes': { SystemTime: isoTime(at) } },
        EventRecordID: number,
        Correlation: null,
        Execution: { '#attributes': { ProcessID: 740, ThreadID: 812 } },
        Channel: channel,
        Computer: fqdn(record.host),
        Security: record.log === 'Sysmon' ? { '#attributes': { UserID: 'S-1-5-18' } } : null,
      },
      EventData: { ...record.data },
    },
  };
}

function nxlog(facts: Facts): JsonObject {
  const { record, at, number, task, taskId, failed } = facts;
  const { channel, provider, guid } = channels[record.log];
  return {
    '@timestamp': isoTime(at),
    EventTime: nxlogTime(at),
    Hostname: fqdn(record.host),
    Keywords: keywordsOf(facts),
    EventType: record.log !== 'Security' ? 'INFO' : failed ? 'AUDIT_FAILURE' : 'AUDIT_SUCCESS',
    SeverityValue: failed ? 4 : 2,
    Severity: failed ? 'ERROR' : 'INFO',
    EventID: record.id,
    SourceName: provider,
    ProviderGuid: `{${guid.toUpperCase()}}`,
    Version: 0,
    Task: taskId,
    OpcodeValue: 0,
    Opcode: 'Info',
    RecordNumber: number,
    ExecutionProcessID: 740,
    ExecutionThreadID: 812,
    Channel: channel,
    Category: task,
    Message: message(facts),
    ...record.data,
    EventReceivedTime: nxlogTime(at + 1_000),
    SourceModuleName: 'eventlog',
    SourceModuleType: 'im_msvistalog',
  };
}

const shapes: Readonly<Record<Agent, (facts: Facts) => JsonObject>> = {
  winlogbeat,
  evtx_dump: evtxDump,
  nxlog,
};

/**
 * Gives Windows records the shape of their host's agent, with record numbers that grow per host and log. Drafts
 * must come in order of time.
 */
export function createRenderer(firstRecord: number): (draft: Draft) => StoryEvent {
  const numbers = new Map<string, number>();
  return (draft) => {
    if (!('record' in draft)) return draft;
    const { at, phase, record } = draft;
    const key = `${record.log}@${record.host.name}`;
    const number = (numbers.get(key) ?? firstRecord) + 1;
    numbers.set(key, number);
    const [title, task, taskId] = kinds[`${record.log}:${record.id}`] ?? [`Event ${record.id}.`, 'None', 0];
    const facts = { record, at, number, title, task, taskId, failed: record.id === 4625 };
    const channel = record.host.agent === 'nxlog' ? 'nxlog_http' : 'windows_http';
    return { at, phase, channel, payload: shapes[record.host.agent](facts) };
  };
}
