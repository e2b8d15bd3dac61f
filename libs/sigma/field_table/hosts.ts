import { type FieldEntry, type SourceEntry, valued } from './entry.ts';

type Fields = Readonly<Record<string, FieldEntry>>;

/** The process that did it. `User` and `CommandLine` have fall-backs made of several fields; the reader makes them. */
const actor: Fields = {
  Image: 'process.executable',
  ProcessId: 'process.pid',
  ProcessGuid: 'process.entity_id',
  User: 'user.name',
};
const parent: Fields = {
  ParentImage: 'process.parent.executable',
  ParentCommandLine: 'process.parent.command_line',
  ParentProcessId: 'process.parent.pid',
  ParentProcessGuid: 'process.parent.entity_id',
};
const program: Fields = {
  OriginalFileName: 'process.pe.original_file_name',
  Description: 'process.pe.description',
  Product: 'process.pe.product',
  Company: 'process.pe.company',
  FileVersion: 'process.pe.file_version',
  imphash: 'process.pe.imphash',
};
const hashes = (...groups: string[]): Fields =>
  Object.fromEntries(
    ['md5', 'sha1', 'sha256'].map((name) => [name, groups.map((group) => `${group}.hash.${name}`)]),
  );
const library: Fields = {
  ImageLoaded: ['dll.path', 'file.path'],
  OriginalFileName: 'dll.pe.original_file_name',
  Description: 'dll.pe.description',
  Product: 'dll.pe.product',
  Company: 'dll.pe.company',
  FileVersion: 'dll.pe.file_version',
  Signature: ['dll.code_signature.subject_name', 'file.code_signature.subject_name'],
  Signed: ['dll.code_signature.exists', 'file.code_signature.exists'],
  SignatureStatus: ['dll.code_signature.status', 'file.code_signature.status'],
  imphash: 'dll.pe.imphash',
  ...hashes('dll', 'file'),
};
const file: Fields = { ...actor, TargetFilename: 'file.path', ...hashes('file', 'process') };
const registry: Fields = { ...actor, TargetObject: 'registry.path', Details: 'registry.data.strings' };

/** Which fields the events of a category have in ECS, from whichever system. */
const categories: Readonly<Record<string, Fields>> = {
  process_creation: {
    ...actor,
    ...parent,
    ...program,
    ...hashes('process', 'file'),
    CommandLine: 'process.command_line',
    CurrentDirectory: 'process.working_directory',
    LogonId: ['winlog.logon.id', 'process.session_leader.pid'],
  },
  process_termination: actor,
  network_connection: {
    ...actor,
    SourceIp: 'source.ip',
    SourcePort: 'source.port',
    SourceHostname: 'source.domain',
    DestinationIp: 'destination.ip',
    DestinationPort: 'destination.port',
    DestinationHostname: 'destination.domain',
    Protocol: 'network.transport',
    Initiated: valued(
      { egress: 'true', outbound: 'true', ingress: 'false', inbound: 'false' },
      'network.direction',
    ),
  },
  dns_query: {
    ...actor,
    QueryName: 'dns.question.name',
    QueryResults: ['dns.answers.data', 'dns.resolved_ip'],
    record_type: 'dns.question.type',
  },
  file_access: { ...file, FileName: 'file.path' },
  file_change: file,
  file_delete: file,
  file_event: file,
  file_executable_detected: file,
  file_rename: file,
  create_stream_hash: file,
  image_load: { ...actor, ...library },
  driver_load: library,
  pipe_created: { ...actor, PipeName: 'file.name' },
  registry_add: registry,
  registry_delete: registry,
  registry_event: registry,
  registry_rename: registry,
  registry_set: registry,
};

/** For events in ECS that do not carry the source's own fields; which data sets have them, the products' entries say. */
export const hosts: readonly SourceEntry[] = [
  ...Object.entries(categories).map(
    ([category, fields]): SourceEntry => ({ logsource: { category }, datasets: [], fields }),
  ),
  {
    logsource: { category: 'antivirus' },
    datasets: ['windows.windows_defender', 'linux.clamav', 'clamav'],
    namespaces: ['winlog.event_data'],
    own: 'Signature Filename',
    fields: {
      Signature: ['threat.indicator.name', 'rule.name'],
      Filename: 'file.path',
      ...hashes('file'),
    },
  },
];
