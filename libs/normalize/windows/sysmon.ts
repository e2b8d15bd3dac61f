import { ipAddress } from '../setters.ts';
import { quote } from '../written.ts';
import { field } from './event_fields.ts';
import { type Derived, type Meanings, meaning } from './meaning.ts';
import {
  account,
  afterDomain,
  afterLastBackslash,
  endpoint,
  executable,
  type FieldMap,
  file,
  guid,
  list,
  long,
  registryPath,
  type Setter,
  text,
  textOf,
} from './setters.ts';

/** `SHA1=…,MD5=…,SHA256=…,IMPHASH=…` to `<prefix>.hash.*` and `<prefix>.pe.imphash`. */
function hashes(prefix: string): Setter {
  const [hash, imphash] = [field(`${prefix}.hash`), field(`${prefix}.pe.imphash`)];
  return (event, json) => {
    const found = new Map<string, string>();
    for (const part of json.slice(1, -1).split(',', 8)) {
      const equals = part.indexOf('=');
      const name = part.slice(0, Math.max(equals, 0)).toLowerCase();
      const value = `"${part.slice(equals + 1).toLowerCase()}"`;
      if (name === 'imphash') event.set(imphash, value);
      else if (name === 'md5' || name === 'sha1' || name === 'sha256') found.set(name, value);
    }
    event.setHashes(hash, found);
  };
}

function flag(path: string): Setter {
  const at = field(path);
  return (event, json) => {
    const lower = json.slice(1, -1).toLowerCase();
    if (lower === 'true' || lower === 'false') event.set(at, lower);
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

const parentUser = field('process.parent.user.name');

const creation: FieldMap = {
  ...versions('process'),
  CommandLine: text('process.command_line'),
  CurrentDirectory: text('process.working_directory'),
  ParentProcessGuid: guid('process.parent.entity_id'),
  ParentProcessId: long('process.parent.pid'),
  ParentImage: executable('process.parent'),
  ParentCommandLine: text('process.parent.command_line'),
  ParentUser: (event, json) => event.set(parentUser, afterDomain(json)),
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

const networkType = field('network.type');
const direction = field('network.direction');
const ends: Derived = {
  from: ['SourceIsIpv6', 'Initiated'],
  put(event, isIpv6, initiated) {
    event.set(networkType, isIpv6 === '"true"' ? '"ipv6"' : '"ipv4"');
    if (initiated === '"true"') event.set(direction, '"egress"');
    else if (initiated === '"false"') event.set(direction, '"ingress"');
  },
};

const registry: FieldMap = { TargetObject: registryPath(), Details: list('registry.data.strings') };
const target: FieldMap = { TargetFilename: file('file'), Hashes: hashes('file') };
const source: FieldMap = {
  SourceProcessGuid: guid('process.entity_id'),
  SourceProcessGUID: guid('process.entity_id'),
  SourceProcessId: long('process.pid'),
  SourceImage: executable('process'),
  SourceUser: account('user'),
};

const status = new Map([
  ['"0"', '"NOERROR"'],
  ['"9003"', '"NXDOMAIN"'],
  ['"9002"', '"SERVFAIL"'],
  ['"9005"', '"REFUSED"'],
]);
const responseCode = field('dns.response_code');
const resolvedIp = field('dns.resolved_ip');
const answer: Derived = {
  from: ['QueryStatus', 'QueryResults'],
  put(event, code, results) {
    if (code !== undefined) event.set(responseCode, status.get(code) ?? code);
    if (results === undefined) return;
    const addresses = textOf(results)
      .split(';', 64)
      .map((part) => ipAddress(part.trim()));
    const resolved = addresses.filter((address) => address !== undefined);
    if (resolved.length > 0) event.set(resolvedIp, `[${resolved.map(quote)}]`);
  },
};

const dllPath = field('dll.path');
const dllName = field('dll.name');
const dll: Setter = (event, json) => {
  event.set(dllPath, json);
  event.set(dllName, afterLastBackslash(json));
};

const registryActions: ReadonlyMap<string, readonly [type: string, action: string]> = new Map([
  ['"CreateKey"', ['["creation"]', '"registry-key-created"']],
  ['"DeleteKey"', ['["deletion"]', '"registry-key-deleted"']],
  ['"CreateValue"', ['["creation"]', '"registry-value-created"']],
  ['"DeleteValue"', ['["deletion"]', '"registry-value-deleted"']],
]);
const type = field('event.type');
const action = field('event.action');
const registryEvent: Derived = {
  from: ['EventType'],
  put(event, kind) {
    const [its, done] = registryActions.get(kind ?? '') ?? [];
    event.set(type, its);
    event.set(action, done);
  },
};

/** Sysmon's own events; names of actions as winlogbeat has them. */
export const sysmonMeanings: Meanings = new Map([
  ['1', meaning('process/start process-created', [subject, creation])],
  ['2', meaning('file/change file-creation-time-changed', [subject, target])],
  ['3', meaning('network/connection,start,protocol network-connection', [subject, network], ends)],
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
  ['12', meaning('configuration,registry/change registry-key-changed', [subject, registry], registryEvent)],
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
      answer,
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
