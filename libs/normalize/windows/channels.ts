import type { Json } from '@tidewatch/event';
import { quote } from '../written.ts';
import { field } from './event_fields.ts';
import { type Derived, type Meanings, meaning } from './meaning.ts';
import { securityMeanings } from './security.ts';
import { account, executable, file, list, long, type Setter, text, textOf } from './setters.ts';
import { sysmonMeanings } from './sysmon.ts';

/**
 * `Host Application = C:\…` or `HostApplication=…` in PowerShell's context block. Blanks but not `\s`: that spans lines,
 * and each line would be searched to the end of the text.
 */
const contextLine = (name: string): RegExp =>
  new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*(\\S.{0,8191})$`, 'm');
const hostApplication = contextLine('Host ?Application');
const contextUser = contextLine('User(?:Id)?');

const setUser = account('user');

const context: Derived = {
  from: ['ContextInfo', 'Data'],
  lists: true,
  put(event, info, data) {
    const lines = asLines(info) ?? asLines(data);
    if (lines === undefined) return;
    const command = hostApplication.exec(lines)?.[1]?.trimEnd();
    if (command !== undefined) event.set(commandLine, quote(command));
    const user = contextUser.exec(lines)?.[1]?.trimEnd();
    if (user !== undefined) setUser(event, quote(user));
  },
};
const commandLine = field('process.command_line');

/** Context blocks are lines, in one text or in a list of texts, here as JSON. */
function asLines(json: string | undefined): string | undefined {
  if (json === undefined) return undefined;
  const value = JSON.parse(json) as string | Json[];
  const lines =
    typeof value === 'string' ? value : value.filter((text) => typeof text === 'string').join('\n');
  return lines.slice(0, 65_536);
}

const script = {
  ScriptBlockId: text('powershell.file.script_block_id'),
  Path: file('file'),
  MessageNumber: long('powershell.sequence'),
  MessageTotal: long('powershell.total'),
};

const powershell: Meanings = new Map([
  ['400', meaning('process/start engine-started', {}, context)],
  ['403', meaning('process/end engine-stopped', {}, context)],
  ['600', meaning('process/info provider-started', {}, context)],
  ['800', meaning('process/info pipeline-executed', {}, context)],
  ['4103', meaning('process/info command-invoked', {}, context)],
  ['4104', meaning('process/info script-block-logged', script)],
  [
    '4105',
    meaning('process/start script-block-started', { ScriptBlockId: text('powershell.file.script_block_id') }),
  ],
  [
    '4106',
    meaning('process/end script-block-completed', { ScriptBlockId: text('powershell.file.script_block_id') }),
  ],
]);

const system: Meanings = new Map([
  [
    '104',
    meaning('configuration/change event-log-cleared success', {
      SubjectUserName: text('user.name'),
      SubjectDomainName: text('user.domain'),
    }),
  ],
  ['1074', meaning('host/change shutdown-initiated success', { param7: account('user') })],
  ['6005', meaning('host/start event-log-started')],
  ['6006', meaning('host/end event-log-stopped')],
  ['7034', meaning('process/end service-terminated failure', { param1: text('service.name') })],
  [
    '7036',
    meaning('process/change service-state-changed', {
      param1: text('service.name'),
      param2: text('service.state'),
    }),
  ],
  ['7040', meaning('configuration/change service-start-type-changed', { param1: text('service.name') })],
  [
    '7045',
    meaning('configuration/creation service-installed success', {
      ServiceName: text('service.name'),
      ImagePath: text('winlog.service.path'),
      AccountName: text('winlog.service.account'),
    }),
  ],
]);

const taskName = {
  TaskName: text('winlog.task_name'),
  UserName: account('user'),
  UserContext: account('user'),
};
const taskScheduler: Meanings = new Map([
  ['106', meaning('configuration/creation task-registered success', taskName)],
  [
    '129',
    meaning('process/start task-process-created', {
      ...taskName,
      Path: text('process.command_line'),
      ProcessID: long('process.pid'),
    }),
  ],
  ['140', meaning('configuration/change task-updated success', taskName)],
  ['141', meaning('configuration/deletion task-deleted success', taskName)],
  ['142', meaning('configuration/change task-disabled success', taskName)],
  [
    '200',
    meaning('process/start task-action-started', { ...taskName, ActionName: text('process.command_line') }),
  ],
  [
    '201',
    meaning('process/end task-action-completed', { ...taskName, ActionName: text('process.command_line') }),
  ],
]);

const setFile = file('file');

/** Resources come as `file:_C:\\a.exe; process:_pid:7`: the first file of them. */
const threatFile: Setter = (event, json) => {
  const path = /(?:^|; ?)(?:file:_)?([A-Za-z]:\\[^;]{1,1024})/.exec(textOf(json))?.[1];
  if (path !== undefined) setFile(event, quote(path));
};

const threat = {
  'Threat Name': text('threat.indicator.name'),
  Path: [text('winlog.threat.path'), threatFile],
  'Process Name': executable('process'),
  'Detection User': account('user'),
  'Action Name': text('winlog.threat.action'),
};
const setting = { 'New Value': list('registry.data.strings'), 'Detection User': account('user') };
const defender: Meanings = new Map([
  ['1006', meaning('malware/info malware-detected', threat)],
  ['1015', meaning('malware/info suspicious-behaviour-detected', threat)],
  ['1116', meaning('malware/info malware-detected', threat)],
  ['1117', meaning('malware/info malware-action-taken success', threat)],
  ['1118', meaning('malware/info malware-action-failed failure', threat)],
  ['1119', meaning('malware/info malware-action-failed failure', threat)],
  ['1121', meaning('intrusion_detection/denied attack-surface-rule-blocked failure', threat)],
  ['5001', meaning('configuration/change real-time-protection-disabled success', setting)],
  ['5007', meaning('configuration/change configuration-changed success', setting)],
  ['5010', meaning('configuration/change spyware-scan-disabled success', setting)],
  ['5012', meaning('configuration/change virus-scan-disabled success', setting)],
  ['5013', meaning('configuration/change tamper-protection-blocked failure', setting)],
]);

/** What is known of the events of a data set, by its name without `windows.`. */
export const meaningsOf: ReadonlyMap<string, Meanings> = new Map([
  ['security', securityMeanings],
  ['sysmon', sysmonMeanings],
  ['powershell', powershell],
  ['system', system],
  ['taskscheduler', taskScheduler],
  ['windows_defender', defender],
]);

/** What is longer is told apart by its beginning, and not remembered. */
const maxChannelLength = 256;
const slugs = new Map<string, string>();

/**
 * The channel's part of the data set: `Microsoft-Windows-Sysmon/Operational` → `sysmon`, `Windows PowerShell` →
 * `powershell`, `Microsoft-Windows-Bits-Client/Operational` → `bits_client`.
 */
export function channelSlug(channel: string): string {
  const known = slugs.get(channel);
  if (known !== undefined) return known;
  const slug = slugOf(channel);
  // Senders choose the names: what is remembered is bounded.
  if (slugs.size >= 1_000) slugs.clear();
  // One that was cut out of a text would hold all of it.
  if (channel.length <= maxChannelLength) slugs.set(Buffer.from(channel).toString(), slug);
  return slug;
}

function slugOf(channel: string): string {
  const bare = channel
    .slice(0, maxChannelLength)
    .toLowerCase()
    .replace(/^microsoft-windows-/, '')
    .replace(/\/operational$/, '');
  if (bare === 'windows powershell' || bare === 'powershellcore') return 'powershell';
  const slug = bare
    .replace(/[^a-z\d]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 64);
  return slug === '' ? 'unknown' : slug;
}
