/**
 * Where fields stand when they do not stand under their own name. Sources: evtx's System element (specification,
 * Field Usage), winlogbeat's exported fields, nxlog's im_msvistalog, ECS 9.
 */

/** Paths below `winlog` of what rules know as fields of the System element. */
export const winlogPaths: readonly (readonly [path: string, field: string])[] = [
  ['event_id', 'EventID'],
  ['channel', 'Channel'],
  ['provider_name', 'Provider_Name'],
  ['provider_guid', 'Provider_Guid'],
  ['computer_name', 'Computer'],
  ['record_id', 'EventRecordID'],
  ['level', 'Level'],
  ['task', 'Task'],
  ['opcode', 'Opcode'],
  ['keywords', 'Keywords'],
  ['version', 'Version'],
  ['process.pid', 'Execution_ProcessID'],
  ['process.thread.id', 'Execution_ThreadID'],
  ['activity_id', 'Correlation_ActivityID'],
  ['related_activity_id', 'Correlation_RelatedActivityID'],
  ['user.identifier', 'Security_UserID'],
];

/** Names that stand for each other in every shape: what is written, what a rule may ask for. */
export const sameFields: readonly (readonly [from: string, to: string])[] = [
  ['SourceName', 'Provider_Name'],
  ['ProviderName', 'Provider_Name'],
  ['Provider_Name', 'SourceName'],
  ['Hostname', 'Computer'],
  ['Computer', 'ComputerName'],
  ['Hostname', 'ComputerName'],
  ['ProviderGuid', 'Provider_Guid'],
  ['RecordNumber', 'EventRecordID'],
  ['ExecutionProcessID', 'Execution_ProcessID'],
  ['ThreadID', 'Execution_ThreadID'],
  ['Channel', 'EventLog'],
  ['message', 'Message'],
];

/** How winlogbeat names data that has no names of its own, and which rules ask for as `Data`. */
export const namelessData: readonly string[] = Array.from({ length: 20 }, (_, i) => `param${i + 1}`);

/** For every event, below what the source itself says. */
export const ecsSystemPaths: readonly (readonly [path: string, field: string])[] = [
  ['event.code', 'EventID'],
  ['event.provider', 'Provider_Name'],
  ['host.name', 'Computer'],
  ['log.level', 'Level'],
];

/** How a Sigma field is read from an event in ECS that carries no fields of its source. */
export interface EcsField {
  readonly field: string;
  /** `first`: the first path that is there; `every`: all of them, as a field with several values. */
  readonly take: 'first' | 'every';
  readonly paths: readonly string[];
}

const first = (field: string, ...paths: string[]): EcsField => ({ field, take: 'first', paths });
const every = (field: string, ...paths: string[]): EcsField => ({ field, take: 'every', paths });

const wholeUrl = ['url.original', 'url.full'];
const pathAndQuery = ['url.original', 'url.path', 'url.query'];

/** `User` and `CommandLine` have fall-backs made of several fields; the reader makes them. */
export const ecsFields: readonly EcsField[] = [
  first('Image', 'process.executable'),
  first('OriginalFileName', 'process.pe.original_file_name'),
  first('ProcessId', 'process.pid'),
  first('ProcessGuid', 'process.entity_id'),
  first('CommandLine', 'process.command_line'),
  first('CurrentDirectory', 'process.working_directory'),
  first('ParentImage', 'process.parent.executable'),
  first('ParentCommandLine', 'process.parent.command_line'),
  first('ParentProcessId', 'process.parent.pid'),
  first('md5', 'process.hash.md5', 'file.hash.md5'),
  first('sha1', 'process.hash.sha1', 'file.hash.sha1'),
  first('sha256', 'process.hash.sha256', 'file.hash.sha256'),
  first('imphash', 'process.pe.imphash'),
  first('Description', 'process.pe.description'),
  first('Product', 'process.pe.product'),
  first('Company', 'process.pe.company'),
  first('FileVersion', 'process.pe.file_version'),
  first('User', 'user.name'),
  first('TargetFilename', 'file.path'),
  first('SourceFilename', 'file.Ext.original.path'),
  first('ImageLoaded', 'dll.path', 'file.path'),
  first('TargetObject', 'registry.path'),
  first('Details', 'registry.data.strings'),
  first('PipeName', 'file.name'),
  first('SourceIp', 'source.ip'),
  first('SourcePort', 'source.port'),
  first('SourceHostname', 'source.domain'),
  first('DestinationIp', 'destination.ip'),
  first('DestinationPort', 'destination.port'),
  first('DestinationHostname', 'destination.domain'),
  first('Protocol', 'network.transport'),
  first('QueryName', 'dns.question.name'),
  first('QueryResults', 'dns.answers.data', 'dns.resolved_ip'),
  first('query', 'dns.question.name'),
  first('record_type', 'dns.question.type'),
  first('qtype_name', 'dns.question.type'),
  every('answer', 'dns.answers.data', 'dns.resolved_ip'),
  every('answers', 'dns.answers.data', 'dns.resolved_ip'),
  first('src_ip', 'source.ip', 'client.ip'),
  first('src_port', 'source.port', 'client.port'),
  first('dst_ip', 'destination.ip', 'server.ip'),
  first('dst_port', 'destination.port', 'server.port'),
  first('id.orig_h', 'source.ip'),
  first('id.orig_p', 'source.port'),
  first('id.resp_h', 'destination.ip'),
  first('id.resp_p', 'destination.port'),
  first('username', 'user.name'),
  first('action', 'event.action'),
  first('c-ip', 'source.ip', 'client.ip'),
  first('s-ip', 'destination.ip', 'server.ip'),
  first('s-port', 'destination.port', 'server.port'),
  first('s-computername', 'host.name'),
  first('s-sitename', 'url.domain'),
  first('c-uri', ...wholeUrl, 'url.path'),
  first('cs-uri', ...wholeUrl, 'url.path'),
  first('uri', 'url.original', 'url.path'),
  first('c-uri-extension', 'url.extension'),
  // Rules take both for what stands behind the host: with and without the query, with and without the path.
  every('c-uri-query', ...pathAndQuery),
  every('cs-uri-query', ...pathAndQuery),
  every('c-uri-stem', 'url.path', 'url.original'),
  every('cs-uri-stem', 'url.path', 'url.original'),
  first('c-useragent', 'user_agent.original'),
  first('cs-user-agent', 'user_agent.original'),
  first('user_agent', 'user_agent.original'),
  first('userAgent', 'user_agent.original'),
  first('cs-host', 'url.domain', 'destination.domain'),
  first('r-dns', 'url.domain', 'destination.domain', 'dns.question.name'),
  first('host', 'url.domain', 'destination.domain'),
  first('cs-method', 'http.request.method'),
  first('method', 'http.request.method'),
  first('cs-referer', 'http.request.referrer'),
  first('cs-referrer', 'http.request.referrer'),
  first('cs-version', 'http.version'),
  first('cs-username', 'user.name'),
  first('cs-content-type', 'http.request.mime_type'),
  first('cs-bytes', 'http.request.bytes'),
  first('sc-bytes', 'http.response.bytes'),
  first('sc-status', 'http.response.status_code'),
  first('status_code', 'http.response.status_code'),
  first('resp_mime_types', 'http.response.mime_type'),
  first('USER', 'user.effective.name', 'user.target.name', 'user.changes.name'),
  first('exe', 'process.executable'),
  first('comm', 'process.name'),
  first('cwd', 'process.working_directory'),
  first('pid', 'process.pid'),
  first('name', 'file.path'),
  first('type', 'auditd.log.record_type', 'auditd.message_type'),
  first('Signature', 'threat.indicator.name', 'rule.name'),
  first('Filename', 'file.path'),
];

/** Objects that shippers put a log's own fields under, beside the ones named by `event.dataset` and `event.module`. */
export const namespaces: readonly string[] = ['auditd.log', 'auditd.data', 'generic', 'json'];

/** Field sets of ECS: at the root of an event these are objects of ECS, not fields of the source with that name. */
export const ecsRoots: ReadonlySet<string> = new Set(
  (
    'agent as client cloud code_signature container data_stream destination device dll dns ecs elf email error event ' +
    'faas file geo group hash host http interface log network observer orchestrator organization os package pe ' +
    'process registry related risk rule server service source threat tls trace transaction tidewatch url user ' +
    'user_agent vlan volume vulnerability winlog x509'
  ).split(' '),
);
