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

/** Objects that any log's own fields may stand under, beside those of its source and of its data set's name. */
export const namespaces: readonly string[] = ['generic', 'json'];

/** Field sets of ECS: at the root of an event these are objects of ECS, not fields of the source with that name. */
export const ecsRoots: ReadonlySet<string> = new Set(
  (
    'agent as client cloud code_signature container data_stream destination device dll dns ecs elf email error event ' +
    'faas file geo group hash host http interface log network observer orchestrator organization os package pe ' +
    'process registry related risk rule server service source threat tls trace transaction tidewatch url user ' +
    'user_agent vlan volume vulnerability winlog x509'
  ).split(' '),
);
