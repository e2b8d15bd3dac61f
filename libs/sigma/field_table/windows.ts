import { ecsSystemPaths, sameFields, winlogPaths } from '../event/field_names.ts';
import { windowsTable } from '../windows_sources.ts';
import type { SourceEntry } from './entry.ts';

/** What Sysmon's manifest (schema 4.90) has for the events that Sigma's categories mean, beside `RuleName UtcTime`. */
const sysmon: Readonly<Record<string, string>> = {
  process_creation:
    'ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName CommandLine ' +
    'CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ' +
    'ParentProcessId ParentImage ParentCommandLine ParentUser',
  file_change: 'ProcessGuid ProcessId Image TargetFilename CreationUtcTime PreviousCreationUtcTime User',
  network_connection:
    'ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort ' +
    'SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName',
  sysmon_status: 'State Version SchemaVersion Configuration ConfigurationFileHash',
  process_termination: 'ProcessGuid ProcessId Image User',
  driver_load: 'ImageLoaded Hashes Signed Signature SignatureStatus',
  image_load:
    'ProcessGuid ProcessId Image ImageLoaded FileVersion Description Product Company OriginalFileName Hashes ' +
    'Signed Signature SignatureStatus User',
  create_remote_thread:
    'SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId ' +
    'StartAddress StartModule StartFunction SourceUser TargetUser',
  raw_access_thread: 'ProcessGuid ProcessId Image Device User',
  process_access:
    'SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID TargetProcessId TargetImage ' +
    'GrantedAccess CallTrace SourceUser TargetUser',
  file_event: 'ProcessGuid ProcessId Image TargetFilename CreationUtcTime User',
  registry_add: 'EventType ProcessGuid ProcessId Image TargetObject User',
  registry_delete: 'EventType ProcessGuid ProcessId Image TargetObject User',
  registry_event: 'EventType ProcessGuid ProcessId Image TargetObject Details NewName User',
  registry_set: 'EventType ProcessGuid ProcessId Image TargetObject Details User',
  registry_rename: 'EventType ProcessGuid ProcessId Image TargetObject NewName User',
  create_stream_hash: 'ProcessGuid ProcessId Image TargetFilename CreationUtcTime Hash Contents User',
  pipe_created: 'EventType ProcessGuid ProcessId PipeName Image User',
  wmi_event: 'EventType Operation User EventNamespace Name Query Type Destination Consumer Filter',
  dns_query: 'ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User',
  file_delete: 'ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable Archived',
  file_delete_detected: 'ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable',
  clipboard_capture: 'ProcessGuid ProcessId Image Session ClientInfo Hashes Archived User',
  process_tampering: 'ProcessGuid ProcessId Image Type User',
  file_block_executable: 'ProcessGuid ProcessId User Image TargetFilename Hashes',
  file_block_shredding: 'ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable',
  file_executable_detected: 'ProcessGuid ProcessId User Image TargetFilename Hashes',
  sysmon_error: 'ID Description',
};

/** Categories of PowerShell's channels, and of Microsoft-Windows-Kernel-File. */
const otherChannels: Readonly<Record<string, string>> = {
  ps_module: 'ContextInfo UserData Payload',
  ps_script: 'MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path',
  ps_classic_start: 'Data',
  ps_classic_provider_start: 'Data',
  ps_classic_script: 'Data',
  file_access: 'FileName Image ProcessId Irp FileObject CreateOptions FileAttributes ShareAccess',
  file_rename: 'FileName SourceFilename TargetFilename Image ProcessId',
};

function datasetsOf(category: string): string[] {
  if (category === 'process_creation') return ['windows.sysmon', 'windows.security'];
  if (category.startsWith('ps_')) return ['windows.powershell'];
  return [category in otherChannels ? 'windows.kernel_file_analytic' : 'windows.sysmon'];
}

export const windows: readonly SourceEntry[] = [
  ...Object.entries({ ...sysmon, ...otherChannels }).map(
    ([category, own]): SourceEntry => ({
      logsource: { product: 'windows', category },
      datasets: datasetsOf(category),
      namespaces: ['winlog.event_data'],
      own,
    }),
  ),
  {
    logsource: { product: 'windows' },
    datasets: ['windows'],
    namespaces: ['winlog'],
    own: [...new Set([...winlogPaths, ...sameFields].map(([, field]) => field))].join(' '),
    fields: Object.fromEntries(ecsSystemPaths.map(([path, field]) => [field, path])),
  },
  // Whatever a channel's provider writes stands below `winlog.event_data` or `user_data`, by the provider's names.
  ...[...windowsTable.services.keys()].map(
    (service): SourceEntry => ({
      logsource: { product: 'windows', service },
      datasets: ['windows'],
      namespaces: ['winlog.event_data', 'winlog.user_data'],
      own: '*',
    }),
  ),
  {
    logsource: { product: 'rpc_firewall', category: 'application' },
    datasets: ['windows.rpcfw'],
    namespaces: ['winlog.event_data'],
    own: 'EventLog EventID InterfaceUuid OpNum Endpoint ClientNetworkAddress ClientPort Function',
  },
];
