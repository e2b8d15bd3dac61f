import type { JsonObject } from '@tidewatch/event';
import {
  account,
  endpoint,
  executable,
  type FieldMap,
  fieldWriter,
  file,
  guid,
  ipAddress,
  list,
  long,
  objectAt,
  type Setter,
  text,
} from '../setters.ts';
import { type Meanings, meaning } from './meaning.ts';

/** `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` to `<prefix>.hash.*` and `<prefix>.pe.imphash`. */
function hashes(prefix: string): Setter {
  const writers = new Map(
    ['md5', 'sha1', 'sha256'].map((kind) => [kind.toUpperCase(), fieldWriter(`${prefix}.hash.${kind}`)]),
  );
  writers.set('IMPHASH', fieldWriter(`${prefix}.pe.imphash`));
  return (event, value) => {
    for (const part of value.split(',', 8)) {
      const equals = part.indexOf('=');
      if (equals > 0)
        writers.get(part.slice(0, equals).toUpperCase())?.(event, part.slice(equals + 1).toLowerCase());
    }
  };
}

function flag(path: string): Setter {
  const write = fieldWriter(path);
  return (event, value) => {
    const lower = value.toLowerCase();
    if (lower === 'true' || lower === 'false') write(event, lower === 'true');
  };
}

const subject: FieldMap = {
  ProcessGuid: guid('process.entity_id'),
  ProcessId: long('process.pid'),
  Image: executable('process'),
  User: account('user'),
};

const versions = (prefix: string): FieldMap => ({
  OriginalFileName: text(`${prefix}.pe.original_file_name`),
  FileVersion: text(`${prefix}.pe.file_version`),
  Description: text(`${prefix}.pe.description`),
  Product: text(`${prefix}.pe.product`),
  Company: text(`${prefix}.pe.company`),
  Hashes: hashes(prefix),
});

const signature = (prefix: string): FieldMap => ({
  Signed: flag(`${prefix}.code_signature.exists`),
  Signature: text(`${prefix}.code_signature.subject_name`),
  SignatureStatus: text(`${prefix}.code_signature.status`),
});

const setParentUser = fieldWriter('process.parent.user.name');

const creation: FieldMap = {
  ...versions('process'),
  CommandLine: text('process.command_line'),
  CurrentDirectory: text('process.working_directory'),
  ParentProcessGuid: guid('process.parent.entity_id'),
  ParentProcessId: long('process.parent.pid'),
  ParentImage: executable('process.parent'),
  ParentCommandLine: text('process.parent.command_line'),
  ParentUser: (event, value) => setParentUser(event, value.slice(value.indexOf('\\') + 1)),
};

const network: FieldMap = {
  Protocol: text('network.transport'),
  SourceIp: endpoint('source'),
  SourceHostname: text('source.domain'),
  SourcePort: long('source.port'),
  DestinationIp: endpoint('destination'),
  DestinationHostname: text('destination.domain'),
  DestinationPort: long('destination.port'),
};

function deriveNetwork(event: JsonObject, data: JsonObject): void {
  const network = objectAt(event, 'network');
  network.type = data.SourceIsIpv6 === 'true' ? 'ipv6' : 'ipv4';
  if (data.Initiated === 'true') network.direction = 'egress';
  else if (data.Initiated === 'false') network.direction = 'ingress';
}

const hives: Readonly<Record<string, string>> = { HKEY_LOCAL_MACHINE: 'HKLM', HKEY_USERS: 'HKU' };

function registryPath(event: JsonObject, path: string): void {
  const slash = path.indexOf('\\');
  const registry: JsonObject = { path };
  if (slash > 0) {
    const root = path.slice(0, slash);
    registry.hive = hives[root] ?? root;
    registry.key = path.slice(slash + 1);
    const last = path.lastIndexOf('\\');
    if (last < path.length - 1) registry.value = path.slice(last + 1);
  }
  event.registry = registry;
}

const registry: FieldMap = { TargetObject: registryPath, Details: list('registry.data.strings') };
const target: FieldMap = { TargetFilename: file('file'), Hashes: hashes('file') };
const source: FieldMap = {
  SourceProcessGuid: guid('process.entity_id'),
  SourceProcessGUID: guid('process.entity_id'),
  SourceProcessId: long('process.pid'),
  SourceImage: executable('process'),
  SourceUser: account('user'),
};

const status: Readonly<Record<string, string>> = {
  '0': 'NOERROR',
  '9003': 'NXDOMAIN',
  '9002': 'SERVFAIL',
  '9005': 'REFUSED',
};

function deriveDns(event: JsonObject, data: JsonObject): void {
  const dns = objectAt(event, 'dns');
  if (typeof data.QueryStatus === 'string') dns.response_code = status[data.QueryStatus] ?? data.QueryStatus;
  if (typeof data.QueryResults !== 'string') return;
  const addresses = data.QueryResults.split(';', 64).map((part) => ipAddress(part.trim()));
  const resolved = addresses.filter((address) => address !== undefined);
  if (resolved.length > 0) dns.resolved_ip = resolved;
}

/** Sysmon's own events; names of actions as winlogbeat has them. */
export const sysmonMeanings: Meanings = new Map([
  ['1', meaning('process/start process-created', [subject, creation])],
  ['2', meaning('file/change file-creation-time-changed', [subject, target])],
  ['3', meaning('network/connection,start,protocol network-connection', [subject, network], deriveNetwork)],
  ['4', meaning('process/change sysmon-service-state-changed')],
  ['5', meaning('process/end process-terminated', subject)],
  [
    '6',
    meaning('driver/start driver-loaded', {
      ImageLoaded: file('file'),
      ...signature('file'),
      Hashes: hashes('file'),
    }),
  ],
  [
    '7',
    meaning('process/change image-loaded', [
      subject,
      versions('dll'),
      signature('dll'),
      { ImageLoaded: [file('file'), dll] },
    ]),
  ],
  ['8', meaning('process/change remote-thread-created', source)],
  ['9', meaning('process/access raw-disk-access', [subject, { Device: text('file.device') }])],
  ['10', meaning('process/access process-accessed', source)],
  ['11', meaning('file/creation file-created', [subject, target])],
  ['12', meaning('configuration,registry/change registry-key-changed', [subject, registry], deriveRegistry)],
  ['13', meaning('configuration,registry/change registry-value-set', [subject, registry])],
  ['14', meaning('configuration,registry/change registry-renamed', [subject, registry])],
  ['15', meaning('file/access file-stream-created', [subject, { ...target, Hash: hashes('file') }])],
  ['16', meaning('configuration/change sysmon-config-changed')],
  ['17', meaning('file/creation pipe-created', [subject, { PipeName: text('file.name') }])],
  ['18', meaning('file/access pipe-connected', [subject, { PipeName: text('file.name') }])],
  ['19', meaning('configuration/creation wmi-filter', { User: account('user') })],
  ['20', meaning('configuration/creation wmi-consumer', { User: account('user') })],
  ['21', meaning('configuration/creation wmi-binding', { User: account('user') })],
  [
    '22',
    meaning(
      'network/connection,protocol,info dns-query',
      [subject, { QueryName: text('dns.question.name') }],
      deriveDns,
    ),
  ],
  ['23', meaning('file/deletion file-deleted', [subject, target])],
  ['24', meaning('process/change clipboard-changed', subject)],
  ['25', meaning('process/change process-tampered', subject)],
  ['26', meaning('file/deletion file-deleted', [subject, target])],
  ['27', meaning('file/creation executable-blocked failure', [subject, target])],
  ['28', meaning('file/deletion shredding-blocked failure', [subject, target])],
  ['29', meaning('file/creation executable-detected', [subject, target])],
  ['255', meaning('process/info sysmon-error failure')],
]);

function dll(event: JsonObject, path: string): void {
  const dll = objectAt(event, 'dll');
  dll.path = path;
  dll.name = path.slice(path.lastIndexOf('\\') + 1);
}

const registryActions: Readonly<Record<string, readonly [type: string, action: string]>> = {
  CreateKey: ['creation', 'registry-key-created'],
  DeleteKey: ['deletion', 'registry-key-deleted'],
  CreateValue: ['creation', 'registry-value-created'],
  DeleteValue: ['deletion', 'registry-value-deleted'],
};

function deriveRegistry(event: JsonObject, data: JsonObject): void {
  const kind = typeof data.EventType === 'string' ? data.EventType : '';
  if (!Object.hasOwn(registryActions, kind)) return;
  const [type, action] = registryActions[kind] ?? ['change', 'registry-key-changed'];
  Object.assign(objectAt(event, 'event'), { type: [type], action });
}
